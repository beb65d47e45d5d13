"""The page of the search over all kinds."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import Query, Response
from pydantic import BeforeValidator, Field

from app.domain.json import Json
from app.domain.vocabulary import KINDS, PREDICATES, Kind
from app.http.context import ContextDep
from app.http.routing import Router
from app.pages.templates import link, page_of, respond_page
from app.params.cursors import Pagination
from app.params.queries import PageQuery
from app.params.types import MAX_VALUES, Text
from app.search.ranking import SearchResults, search
from app.search.tiers import CURSOR_TYPES, HitPosition

router = Router("/search", include_in_schema=False)

PATH = "/search"
_EVIDENCE_LABEL = "слова документа"


def _none_if_blank(sent: object) -> object:
    # A browser sends a field that nobody filled in.
    return None if isinstance(sent, str) and not sent.strip() else sent


class SearchPageQuery(PageQuery):
    """The parameters of the search page."""

    q: Annotated[Text | None, BeforeValidator(_none_if_blank)] = Field(
        default=None, description="Words to find; without any, the page has its form alone."
    )
    kind: list[Kind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds to search; all, unless given."
    )


@router.get("")
def get_search_page(query: Annotated[SearchPageQuery, Query()], context: ContextDep) -> Response:
    """Show the records that match, each with the passage that answers best."""
    position = Pagination(PATH, query).position(CURSOR_TYPES)
    after = HitPosition(*position) if position else None
    results: SearchResults | None = None
    with context.read() as connection:
        if query.q is not None:
            results = search(connection, query.q, query.kind, limit=query.limit, after=after)
    found = (results and results.correction) or query.q
    # The next page is that of the question that was answered.
    pages = Pagination(PATH, query.model_copy(update={"q": found}))
    return respond_page(
        context,
        "search.html",
        query=query,
        results=results,
        hits=[_hit(each) for each in results.hits] if results else [],
        kinds_of_hits=[
            (link(PATH, {"q": found, "kind": kind}), word.plural.ru, kind in query.kind)
            for kind, word in KINDS.items()
        ],
        all_url=link(PATH, {"q": found}),
        api=link("/v1/search", {"q": found, "kind": query.kind}),
        first_url=pages.url(),
        next_url=pages.url(results.last) if results and results.last else None,
    )


def _hit(hit: Json) -> Json:
    """Return what the page shows of a hit: pieces of its name and of its passage, if it has one."""
    snippet = hit["snippet"]
    pieces = list(_pieces(snippet["text"], snippet["highlights"]))
    field = snippet["field"]
    is_name = field == "name" and snippet["text"] == hit["name"]
    return {
        "href": page_of(hit),
        "kind": KINDS[hit["kind"]].label.ru,
        "name": pieces if is_name else [(hit["name"], False)],
        "field": _EVIDENCE_LABEL if field == "evidence" else PREDICATES[field].label.ru,
        "passage": None if is_name else pieces,
        "is_quote": field == "evidence" or PREDICATES[field].verbatim,
        "fact": snippet["fact"],
    }


def _pieces(text: str, highlights: Iterable[Json]) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text in order, each with whether it is highlighted."""
    last = 0
    for each in highlights:
        if each["start"] > last:
            yield text[last : each["start"]], False
        yield text[each["start"] : each["end"]], True
        last = each["end"]
    if last < len(text):
        yield text[last:], False
