"""The pages of records: one template for every kind but documents, which have the reader."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fastapi import Response
from markupsafe import Markup
from pydantic_core import from_json

from app.domain.json import Json
from app.formats.picture import Tie, choose_ties, draw
from app.http.context import ContextDep, RequestContext
from app.http.routing import Router
from app.listing.declaration import EntityListing
from app.listing.entities import Id, find_record
from app.listing.facts import facts_of
from app.listing.neighbours import neighbour_totals
from app.pages import linked_data, words
from app.pages.templates import link, respond_page
from app.registry import LISTS
from app.schemas.facts import MAX_EVIDENCE, MAX_PER_PREDICATE
from app.schemas.pages import EntityOut
from app.schemas.refs import page_path, ref

_NOT_SAID_OF_ALL = {*EntityOut.model_fields, "facts", "official", "attributed_to"}
"""The fields that aren't asked of the documents: those of every record, and what follows."""
_DATE_FIELDS = ("year", "month", "day")


class Group(NamedTuple):
    """The facts of one predicate; ``all`` is the address of all, None where these may be all."""

    predicate: str
    facts: list[Json]
    all: str | None


def _router(listing: EntityListing) -> Router:
    """Return the router of the pages of one list's records."""
    router = Router(page_path(listing.path), include_in_schema=False)

    @router.get("/{id}")
    def get_record_page(id: Id, context: ContextDep) -> Response:
        """Show a record with all that is said of it, and the words that prove it."""
        return _respond(listing, context, id)

    return router


ROUTERS: tuple[Router, ...] = tuple(
    _router(each.listing)
    for each in LISTS
    if isinstance(each.listing, EntityListing) and each.listing.kind != "document"
)
"""The routers of all kinds but documents."""


def _respond(listing: EntityListing, context: RequestContext, slug: str) -> Response:
    with context.read() as connection:
        row = find_record(connection, listing, slug)
        rows = facts_of(connection, [row.id]).get(row.id, ())
        totals = neighbour_totals(connection, row.id)
    item = from_json(row.text)
    record = ref(listing.kind, row.slug, row.name)
    facts = [from_json(fact.text) for fact in rows]
    own = [fact for fact in facts if fact["subject"] == record]
    others = [fact for fact in facts if fact["subject"] != record]
    ties = choose_ties(
        [
            *(Tie("out", fact) for fact in own if fact["object"]),
            *(Tie("in", fact) for fact in facts if fact["object"] == record),
        ]
    )
    picture = draw(record, ties, sum(totals.values()) - len(ties)) if ties else ""
    return respond_page(
        context,
        "record.html",
        item=item,
        api=f"{listing.path}/{slug}",
        canonical=page_path(record["href"]),
        linked_data=linked_data.as_script(linked_data.record_node(item, context.base_url)),
        own=list(_groups(own, record, "subject")),
        others=list(_groups(others, record, "object")),
        unknown=[words.field(name) for name in _unknown_fields(listing, item)],
        documents=_documents(facts),
        picture=Markup(picture),  # noqa: S704 (its texts are escaped)
        ties=ties,
        max_evidence=MAX_EVIDENCE,
        max_per_predicate=MAX_PER_PREDICATE,
    )


def _groups(facts: Iterable[Json], record: Json, side: str) -> Iterator[Group]:
    """Yield facts by predicate, in the order of the first one of each."""
    groups: dict[str, list[Json]] = {}
    for fact in facts:
        groups.setdefault(fact["predicate"], []).append(fact)
    key = f"{record['kind']}:{record['id']}"
    for predicate, found in groups.items():
        is_full = len(found) == MAX_PER_PREDICATE
        address = link("/facts", {side: key, "predicate": predicate})
        yield Group(predicate, found, address if is_full else None)


def _unknown_fields(listing: EntityListing, item: Json) -> Iterator[str]:
    """Yield the fields of a record that the documents leave empty, those of its date included."""
    for name in listing.model.model_fields:
        if name not in _NOT_SAID_OF_ALL and item[name] in (None, []):
            yield name
    if item.get("date"):
        yield from (name for name in _DATE_FIELDS if item["date"][name] is None)


def _documents(facts: Iterable[Json]) -> list[Json]:
    """Return the documents that prove facts, in the order in which they are first cited."""
    found: dict[str, Json] = {}
    for fact in facts:
        for span in fact["evidence"]:
            found.setdefault(span["document"]["href"], span["document"])
    return list(found.values())
