"""Facts: single statements, each with the passages that prove it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import bindparam
from sqlmodel import col

from app.db.hints import as_residual
from app.domain.ids import fact_key
from app.domain.vocabulary import PREDICATES, SUBJECTS, Support
from app.listing.declaration import Listing
from app.listing.facts import with_all_evidence
from app.listing.filters import (
    Access,
    Filter,
    equals_text,
    is_one_of,
    matches_search,
    references,
)
from app.listing.related_filters import RelatedFilter
from app.models import Evidence, Fact
from app.models.fact import LENGTH_CLASSES
from app.params.queries import (
    FACETS,
    FIELDS,
    HAS,
    LACKS,
    MAX_LIMIT,
    FieldsOf,
    ListQuery,
    with_negations,
)
from app.params.types import AnySlugs, Slugs, Texts
from app.schemas.facts import FACTS_PATH, MAX_OFFSET, FactOut
from app.schemas.pages import Page, SparseItem
from app.search.indexes import fact_index, matching_rowids

if TYPE_CHECKING:
    PredicateName = str
else:
    PredicateName = Literal[tuple(PREDICATES)]


class FactItem(SparseItem, FactOut):
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


FactPart = Literal["object", "attributed_to"]
"""The filters for which a record may lack a value."""


@with_negations
class FactQuery(ListQuery):
    """The parameters of the list of facts."""

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
    has: list[FactPart] = HAS
    lacks: list[FactPart] = LACKS
    sort: Literal["text_order", "predicate"] = Field(
        default="text_order",
        description="What to order by; `text_order` is the order in which one reads the documents.",
    )
    fields: Annotated[list[str], FieldsOf(FactItem)] = FIELDS
    facet: list[
        Literal["subject", "predicate", "object", "support", "attributed_to", "document"]
    ] = FACETS


def _bind_overlap(passage: str, _query: FactQuery) -> dict[str, Any]:
    start, end = map(int, passage.split(","))
    return {"overlap_start": start, "overlap_end": end}


def _bind_ids(ids: list[str], _query: FactQuery) -> dict[str, Any]:
    return {"id": [key for each in ids if (key := fact_key(each)) is not None]}


_matching = matching_rowids(fact_index, "q_match")
_overlaps = (col(Evidence.start) < bindparam("overlap_end")) & (
    col(Evidence.end) > bindparam("overlap_start")
)
# One index range for each length class: a span of the class that overlaps the passage begins
# within it, or at most the length of the class before it.
_overlaps_by_length = [
    _overlaps
    & (col(Evidence.length_class) == length)
    & (col(Evidence.start) > bindparam("overlap_start") - length)
    for length in LENGTH_CLASSES
]

# The evidence of a fact is found by the fact: a document has thousands of spans.
_document = references("document", col(Evidence.document_id), ["document"])

facts = Listing(
    path=FACTS_PATH,
    table=Fact,
    model=FactItem,
    complete=with_all_evidence,
    sorts={"text_order": col(Fact.text_order), "predicate": col(Fact.predicate)},
    filters={
        "q": matches_search(_matching, col(Fact.id), _matching),
        "id": Filter(col(Fact.id).in_(bindparam("id", expanding=True)), _bind_ids),
        "subject": references("subject", col(Fact.subject_id), SUBJECTS),
        "predicate": is_one_of("predicate", col(Fact.predicate)),
        "object": references("object", col(Fact.object_id), SUBJECTS),
        "value": equals_text("value", col(Fact.value_key)),
        "support": is_one_of("support", col(Fact.support)),
        "attributed_to": references("attributed_to", col(Fact.attributed_to_id), ["person"]),
    },
    related=[
        RelatedFilter(
            Evidence,
            col(Fact.id),
            col(Evidence.fact_id),
            {
                "document": replace(
                    _document, access=Access(residual=as_residual(_document.condition))
                ),
                "overlaps": Filter(
                    _overlaps, _bind_overlap, access=Access(alternatives=_overlaps_by_length)
                ),
            },
            required=True,
            denormalized={"predicate": is_one_of("predicate", col(Evidence.predicate)).condition},
        )
    ],
)
