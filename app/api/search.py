"""Search: records of every kind by their names, values and evidence."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.vocabulary import Kind
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import link_pages
from app.params.cursors import Pagination
from app.params.queries import PageQuery
from app.params.types import MAX_VALUES, PlainNumber, Text
from app.schemas.pages import Page, page_totals
from app.schemas.refs import Ref
from app.search.ranking import search, suggest
from app.search.tiers import CURSOR_TYPES, SCORES, HitPosition

router = Router("/v1", tag="search")


class Highlight(BaseModel):
    """A word that was asked for, as a range of a text: start, and end excluded, in code points."""

    start: int = Field(description="Offset of its first character.", examples=[0], ge=0)
    end: int = Field(description="Offset just after its last character.", examples=[6], ge=1)


class Snippet(BaseModel):
    """The passage of a record that answers best."""

    field: str = Field(
        description=(
            "Where it stands: `name`, `also_known_as`, `printed_as`, another predicate whose value "
            "it is, `evidence`, or `text` of a document."
        ),
        examples=["name"],
    )
    text: str = Field(description="The passage.", examples=["Сибирь"])
    highlights: list[Highlight] = Field(description="The words asked for, in `text`.")
    fact: str | None = Field(
        description="Id of the fact that says or proves it; null of a name or a document.",
        examples=[None],
    )


class Hit(Ref):
    """A record that was found."""

    model_config = ConfigDict(title="Hit")

    score: float = Field(
        description=(
            "How well it answers: "
            + "; ".join(f"{score}: {meaning}" for score, meaning in SCORES.items())
            + ". Equals are in the order of their names' length."
        ),
        examples=[1.0],
        ge=0,
        le=1,
    )
    snippet: Snippet = Field(description="The passage that answers best.")


class SearchPage(Page[Hit]):
    """A page of records that match."""

    did_you_mean: str | None = Field(
        description=(
            "Where nothing was found: the question with one word put right, to which the answer is."
        ),
        examples=[None],
    )


class SearchQuery(PageQuery):
    """The parameters of the search."""

    q: Text = Field(
        description=(
            "Words to find, in any form and in either script; all must be there, and the last may "
            "be only begun. Prepositions, conjunctions and particles are left out, and find "
            "nothing alone."
        ),
        json_schema_extra={"examples": ["омск"]},
    )
    kind: list[Kind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds to search; all, unless given."
    )


class Suggestions(BaseModel):
    """Records whose names begin as typed."""

    items: list[Hit] = Field(description="The records; `snippet` has the name that matches.")


class SuggestionQuery(BaseModel):
    """The parameters of the suggestions."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field(
        description="What is typed of a name so far, in either script; each word may be begun.",
        json_schema_extra={"examples": ["дво"]},
    )
    kind: list[Kind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds to suggest; all, unless given."
    )
    limit: Annotated[int, Field(ge=1, le=50), PlainNumber] = Field(
        default=10, description="The most records to suggest."
    )


PATH = "/v1/search"


@router.get("/search", response_model=SearchPage)
def search_records(query: Annotated[SearchQuery, Query()], context: ContextDep) -> Response:
    """Search the records of all kinds."""
    position = Pagination(PATH, query).position(CURSOR_TYPES)
    after = HitPosition(*position) if position else None
    with context.read() as connection:
        results = search(connection, query.q, query.kind, limit=query.limit, after=after)
    if results.correction is not None:
        # The links and the cursor of the page are those of the corrected question.
        query = query.model_copy(update={"q": results.correction})
    next_url = link_pages(context, Pagination(PATH, query), results.last)
    return context.json(
        {
            "items": results.hits,
            **page_totals(results.total),
            "next": next_url,
            "did_you_mean": results.correction,
        }
    )


@router.get("/suggest", response_model=Suggestions)
def suggest_names(query: Annotated[SuggestionQuery, Query()], context: ContextDep) -> Response:
    """Complete a name as it is typed."""
    with context.read() as connection:
        items = suggest(connection, query.q, query.kind, limit=query.limit)
    return context.json({"items": items})
