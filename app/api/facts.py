"""Facts: every single statement, and the passages that prove it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.errors import NotFoundError
from app.facts import MAX_OFFSET, PATH, FactOut, whole
from app.filters import (
    AnySlugs,
    Filter,
    Slugs,
    Texts,
    Through,
    is_one_of,
    reads_as,
    refers_to,
)
from app.identity import fact_key
from app.listing import EXPORTS, Id, Listing, Page, Trimmed, by_words
from app.matching import FACTS, matching
from app.models import Evidence, Fact, Item
from app.models.fact import REACHES
from app.prepared import Prepared
from app.queries import FACETS, FIELDS, MAX_LIMIT, FieldsOf, ListQuery
from app.reader import Read, Reader
from app.references import AnyRow, Json
from app.routing import Route
from app.vocabulary import PREDICATES, SUBJECTS, Support

router = APIRouter(prefix="/v1/facts", tags=["facts"], route_class=Route)

if TYPE_CHECKING:
    PredicateName = str
else:
    PredicateName = Literal[tuple(PREDICATES)]


class FactItem(Trimmed, FactOut):
    """A fact, as a list gives it."""


class FactPage(Page[FactItem]):
    """A page of facts."""


def _range(sent: str) -> str:
    start, end = map(int, sent.split(","))
    if not start < end <= MAX_OFFSET:
        raise ValueError(f"two offsets start,end with start < end <= {MAX_OFFSET}")
    return sent


Overlap = Annotated[
    str,
    StringConstraints(
        pattern=r"^(0|[1-9][0-9]{0,9}),(0|[1-9][0-9]{0,9})$", min_length=3, max_length=21
    ),
    AfterValidator(_range),
]


FactId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$", min_length=16, max_length=16)]


class FactQuery(ListQuery):
    """What one may ask of the list of facts."""

    id: Annotated[list[FactId], Field(max_length=MAX_LIMIT)] = Field(
        default=[], description="Ids of the facts to give; those that don't exist are left out."
    )
    subject: AnySlugs = Field(
        default=[],
        description="Id of the record it is about; `place:omsk` where several kinds share an id.",
    )
    predicate: list[PredicateName] = Field(
        default=[], max_length=len(PREDICATES), description="What is said."
    )
    object: AnySlugs = Field(
        default=[],
        description="Id of the record on the other side; `place:omsk` where kinds share an id.",
    )
    value: Texts = Field(default=[], description="What is said, as text; the whole value.")
    support: list[Support] = Field(
        default=[], max_length=3, description="How far the words carry it."
    )
    attributed_to: Slugs = Field(default=[], description="Id of the speaker whose claim it is.")
    document: Slugs = Field(default=[], description="Id of the document that proves it.")
    overlaps: Overlap | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            "A passage as `start,end` in code points, end excluded: facts with evidence in it. "
            "With `document`, evidence in that one."
        ),
        json_schema_extra={"examples": ["377,387"]},
    )
    sort: Literal["text_order", "predicate"] = Field(
        default="text_order",
        description="What to order by; `text_order` is the order in which one reads the documents.",
    )
    fields: Annotated[list[str], FieldsOf(FactItem)] = FIELDS
    facet: list[
        Literal["subject", "predicate", "object", "support", "attributed_to", "document"]
    ] = FACETS


def _overlap(query: FactQuery) -> dict[str, Any]:
    start, end = map(int, (query.overlaps or "").split(","))
    return {"overlap_start": start, "overlap_end": end}


def _asked_for(query: FactQuery) -> dict[str, Any]:
    return {"id": [key for each in query.id if (key := fact_key(each)) is not None]}


class FactListing(Listing):
    """The list of facts, and single ones."""

    def get(self, reader: Reader, public_id: str) -> Response:
        """Answer with one fact, with all its evidence; raise NotFoundError."""
        with reader.read() as connection:
            found = _ONE.rows(connection, {"id": fact_key(public_id)})
            if not found:
                raise NotFoundError(f"There is no «{public_id[:100]}» in {self.path}.")
            (fact,) = self.whole(connection, found)
        return reader.answer(fact)

    def whole(
        self, connection: Connection, rows: Sequence[AnyRow], _query: ListQuery | None = None
    ) -> list[Json]:
        """Return facts with all their evidence."""
        return whole(connection, rows)


_ONE = Prepared(
    select(col(Item.id), col(Item.text)).where(
        col(Item.list) == PATH, col(Item.id) == bindparam("id")
    )
)

_matched = matching(FACTS, "q_match")
_overlaps = (col(Evidence.start) < bindparam("overlap_end")) & (
    col(Evidence.end) > bindparam("overlap_start")
)
# An index leads to the spans of each reach that begin so far before the passage, or within it.
_near = [
    _overlaps
    & (col(Evidence.reach) == reach)
    & (col(Evidence.start) > bindparam("overlap_start") - reach)
    for reach in REACHES
]

listing = FactListing(
    PATH,
    FactItem,
    table=Fact.__table__,  # type: ignore[attr-defined]
    key=col(Fact.id),
    sorts={"text_order": col(Fact.text_order), "predicate": col(Fact.predicate)},
    filters={
        "q": by_words(_matched, col(Fact.id).in_(_matched)),
        "id": Filter(col(Fact.id).in_(bindparam("id", expanding=True)), _asked_for),
        "subject": refers_to("subject", col(Fact.subject_id), SUBJECTS),
        "predicate": is_one_of("predicate", col(Fact.predicate)),
        "object": refers_to("object", col(Fact.object_id), SUBJECTS),
        "value": reads_as("value", col(Fact.value_key)),
        "support": is_one_of("support", col(Fact.support)),
        "attributed_to": refers_to("attributed_to", col(Fact.attributed_to_id), ["person"]),
    },
    through=[
        Through(
            Evidence,
            col(Fact.id),
            col(Evidence.fact_id),
            {
                "document": refers_to("document", col(Evidence.document_id), ["document"]),
                "overlaps": Filter(
                    _overlaps,
                    _overlap,
                    alone=_near,
                ),
            },
            repeated={"predicate": is_one_of("predicate", col(Evidence.predicate)).condition},
        )
    ],
)


@router.get("", response_model=FactPage, responses=EXPORTS)
def list_facts(query: Annotated[FactQuery, Query()], reader: Read) -> Response:
    """List the facts that match."""
    return listing.find(reader, query)


@router.get("/{id}", response_model=FactOut)
def get_fact(id: Id, reader: Read) -> Response:
    """Get one fact with its evidence."""
    return listing.get(reader, id)
