"""Facts as clients see them, and how any answer fetches those of the records it shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection, bindparam, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.identity import public_fact_id
from app.models import Entity, Evidence, Fact
from app.references import AnyRow, Json, Ref, reference_columns, referred
from app.vocabulary import Support

MAX_OFFSET = 10**9
"""The largest offset; no document is as long."""
FACTS_PER_SIDE = 200
"""The most facts that a record carries along as subject, and again as object."""


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
    evidence: list[EvidenceOut] = Field(description="The words that prove it, at least one span.")


_subject = aliased(Entity)
_object = aliased(Entity)
_speaker = aliased(Entity)
_document = aliased(Entity)

COLUMNS = [
    col(Fact.id),
    col(Fact.predicate),
    col(Fact.value),
    col(Fact.support),
    col(Fact.reason),
    *reference_columns(_subject, "subject"),
    *reference_columns(_object, "object"),
    *reference_columns(_speaker, "speaker"),
]
SOURCE = (
    Fact.__table__.join(_subject, col(_subject.id) == col(Fact.subject_id))  # type: ignore[attr-defined]
    .outerjoin(_object, col(_object.id) == col(Fact.object_id))
    .outerjoin(_speaker, col(_speaker.id) == col(Fact.attributed_to_id))
)

_EVIDENCE_COLUMNS = [
    col(Evidence.start),
    col(Evidence.end),
    col(Evidence.exact),
    col(Evidence.prefix),
    col(Evidence.suffix),
    *reference_columns(_document, "document"),
]
_EVIDENCE_ORDER = [col(_document.slug), col(Evidence.start), col(Evidence.end)]

_EVIDENCE_OF = (
    select(col(Evidence.fact_id), *_EVIDENCE_COLUMNS)
    .join(_document, col(_document.id) == col(Evidence.document_id))
    .where(col(Evidence.fact_id).in_(bindparam("ids", expanding=True)))
    .order_by(*_EVIDENCE_ORDER)
)


def _first_facts(column: Any, owner: Any) -> Any:
    """Return the ids of the first facts, in reading order, on one side of ``owner``."""
    fact = aliased(Fact)
    on_that_side = getattr(fact, column)
    first = (
        select(col(fact.id))
        .where(on_that_side == owner)
        .order_by(col(fact.text_order), col(fact.id))
        .limit(FACTS_PER_SIDE)
        .correlate(_owner)
        .subquery()
    )
    return select(first.c.id)


_owner = aliased(Entity)
_own = col(Fact.subject_id) == col(_owner.id)
_FACTS_OF = (
    select(col(_owner.id).label("owner_id"), *COLUMNS, *_EVIDENCE_COLUMNS)
    .select_from(_owner)
    .join(
        SOURCE,
        col(Fact.id).in_(
            union_all(
                _first_facts("subject_id", col(_owner.id)),
                _first_facts("object_id", col(_owner.id)),
            )
        ),
    )
    .join(Evidence, col(Evidence.fact_id) == col(Fact.id))
    .join(_document, col(_document.id) == col(Evidence.document_id))
    .where(col(_owner.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(_owner.id), _own.desc(), col(Fact.text_order), col(Fact.id), *_EVIDENCE_ORDER)
)


def fact(row: AnyRow, evidence: list[Json]) -> Json:
    """Return one ``FactOut`` as plain data, from a row of ``COLUMNS``."""
    return {
        "id": public_fact_id(row.id),
        "subject": referred(row, "subject"),
        "predicate": row.predicate,
        "value": row.value,
        "object": referred(row, "object"),
        "support": row.support,
        "attributed_to": referred(row, "speaker"),
        "reason": row.reason,
        "evidence": evidence,
    }


def _evidence(row: AnyRow) -> Json:
    return {
        "document": referred(row, "document"),
        "start": row.start,
        "end": row.end,
        "exact": row.exact,
        "prefix": row.prefix,
        "suffix": row.suffix,
    }


def facts_from(connection: Connection, rows: Sequence[Any]) -> list[Json]:
    """Return the facts of ``rows`` with their evidence, in one more statement."""
    evidence: dict[int, list[Json]] = defaultdict(list)
    for row in connection.execute(_EVIDENCE_OF, {"ids": [row.id for row in rows]}):
        evidence[row.fact_id].append(_evidence(row))
    return [fact(row, evidence[row.id]) for row in rows]


def facts_of(connection: Connection, ids: Iterable[int]) -> dict[int, list[Json]]:
    """Return the facts of each entity, those of which it is the subject first, in one statement.

    Each side brings at most ``FACTS_PER_SIDE`` facts, in reading order.
    """
    found: dict[int, list[Json]] = defaultdict(list)
    last: tuple[int, int] | None = None
    for row in connection.execute(_FACTS_OF, {"ids": list(ids)}):
        if last != (row.owner_id, row.id):
            last = (row.owner_id, row.id)
            found[row.owner_id].append(fact(row, []))
        found[row.owner_id][-1]["evidence"].append(_evidence(row))
    return found
