"""Facts as clients see them, and how any answer fetches those of the records it shows."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import Entity, Evidence, Fact, Item
from app.prepared import Prepared
from app.references import PER_PREDICATE, Json, Ref, reference_columns, referred
from app.vocabulary import Support

MAX_OFFSET = 10**9
"""The largest offset; no document is as long."""
EVIDENCE_SHOWN = 10
"""The most spans that a fact carries along in pages and details of records."""


class EvidenceOut(BaseModel):
    """A span of a document that proves a fact (a W3C text position and text quote selector)."""

    document: Ref = Field(description="The document that has the words.")
    start: int = Field(
        description="Offset of the first character, in Unicode code points from 0.",
        examples=[564],
        ge=0,
        le=MAX_OFFSET,
    )
    end: int = Field(
        description="Offset just after the last character.", examples=[576], ge=1, le=MAX_OFFSET
    )
    exact: str = Field(description="The words, as printed.", examples=["ЗАО «Сибирь»"])
    prefix: str = Field(
        description="Up to 32 characters before.", examples=["такие омские предприятия, как "]
    )
    suffix: str = Field(
        description="Up to 32 characters after.", examples=[", ООО «Эко-Стандарт», ООО «Техно"]
    )


class FactOut(BaseModel):
    """One statement, with the words that prove it. Either ``value`` or ``object`` is given."""

    id: str = Field(
        description="Derived from what the fact says, so it survives a reload.",
        examples=["01f4d8c7a9b35e60"],
    )
    subject: Ref = Field(description="What the fact is about.")
    predicate: str = Field(description="What is said of it.", examples=["legal_form"])
    value: str | None = Field(description="What is said, as text.", examples=["ЗАО"])
    object: Ref | None = Field(description="Or the record on the other side.")
    support: Support = Field(description="How far the words carry it.", examples=["stated"])
    attributed_to: Ref | None = Field(
        description="Who says so, where it is a speaker's claim and not the text's own."
    )
    reason: str | None = Field(
        description="Why the words are read this way, where there is doubt.", examples=[None]
    )
    evidence: list[EvidenceOut] = Field(
        description=(
            "The words that prove it, at least one span, in reading order; in lists and details "
            f"of records at most {EVIDENCE_SHOWN} (the fact itself and exports have all)."
        )
    )


PATH = "/v1/facts"
"""Where all facts are listed, and the name under which they are kept finished."""

_document = aliased(Entity)
_EVIDENCE = Prepared(
    select(
        col(Evidence.fact_id),
        col(Evidence.start),
        col(Evidence.end),
        col(Evidence.exact),
        col(Evidence.prefix),
        col(Evidence.suffix),
        *reference_columns(_document, "document"),
    )
    .join(_document, col(_document.id) == col(Evidence.document_id))
    .where(col(Evidence.fact_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Evidence.fact_id), col(Evidence.rank))
)


def _side(owner: Any, rank: Any, number: int) -> Any:
    """Return the first facts of each predicate on one side of some records."""
    shown = [col(owner).label("owner_id"), literal(number).label("side")]
    return select(*shown, col(Fact.text_order), col(Fact.id)).where(
        col(owner).in_(bindparam("ids", expanding=True)), col(rank) <= PER_PREDICATE
    )


_sides = union_all(
    _side(Fact.subject_id, Fact.subject_rank, 0),
    # What ties a record to itself stands there once, as its own.
    _side(Fact.object_id, Fact.object_rank, 1).where(col(Fact.object_id) != col(Fact.subject_id)),
).subquery()
_FACTS_OF = Prepared(
    select(_sides.c.owner_id, col(Item.id), col(Item.text))
    # The outer join only says where to begin: there is an item of every fact.
    .outerjoin(Item, (col(Item.list) == PATH) & (col(Item.id) == _sides.c.id))
    .order_by(_sides.c.owner_id, _sides.c.side, _sides.c.text_order, _sides.c.id)
)


def facts_of(connection: Connection, ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return rows with id and JSON of the facts of each entity, its own first.

    Each side brings at most ``PER_PREDICATE`` facts of one predicate, in reading order.
    """
    found: dict[int, list[Any]] = defaultdict(list)
    for row in _FACTS_OF.rows(connection, {"ids": list(ids)}):
        found[row.owner_id].append(row)
    return found


def whole(connection: Connection, rows: Iterable[Any]) -> list[Json]:
    """Return facts with all their evidence, from rows with their id and JSON."""
    facts = [(row.id, from_json(row.text)) for row in rows]
    asked = {key for key, fact in facts if len(fact["evidence"]) == EVIDENCE_SHOWN}
    if asked:
        spans: dict[int, list[Json]] = defaultdict(list)
        for row in _EVIDENCE.rows(connection, {"ids": list(asked)}):
            document = referred(row, "document")
            spans[row.fact_id].append(
                span(document, row.start, row.end, row.exact, row.prefix, row.suffix)
            )
        for key, fact in facts:
            fact["evidence"] = spans.get(key, fact["evidence"])
    return [fact for _, fact in facts]


def span(document: Json | None, start: int, end: int, exact: str, prefix: str, suffix: str) -> Json:
    """Return an ``EvidenceOut`` as plain data."""
    return {
        "document": document,
        "start": start,
        "end": end,
        "exact": exact,
        "prefix": prefix,
        "suffix": suffix,
    }
