"""Facts as clients see them, and how any answer fetches those of the records it shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.identity import public_fact_id
from app.models import Entity, Evidence, Fact
from app.references import PER_PREDICATE, AnyRow, Json, Ref, reference_columns, referred
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
    col(Fact.text_order),
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

_EVIDENCE = (
    select(col(Evidence.fact_id), *_EVIDENCE_COLUMNS)
    .join(_document, col(_document.id) == col(Evidence.document_id))
    .where(col(Evidence.fact_id).in_(bindparam("ids", expanding=True)))
    .order_by(*_EVIDENCE_ORDER)
)
_FIRST_EVIDENCE = _EVIDENCE.where(col(Evidence.rank) <= EVIDENCE_SHOWN)
_EVIDENCE_IN = _EVIDENCE.where(col(Evidence.document_id) == bindparam("document"))


def _side(owner: Any, rank: Any, number: int) -> Any:
    """Return the first facts of each predicate on one side of some records."""
    return select(col(owner).label("owner_id"), literal(number).label("side"), *COLUMNS).where(
        col(owner).in_(bindparam("ids", expanding=True)), col(rank) <= PER_PREDICATE
    )


_sides = union_all(
    _side(Fact.subject_id, Fact.subject_rank, 0).select_from(SOURCE),
    # What ties a record to itself stands there once, as its own.
    _side(Fact.object_id, Fact.object_rank, 1)
    .select_from(SOURCE)
    .where(col(Fact.object_id) != col(Fact.subject_id)),
).subquery()
_FACTS_OF = select(_sides).order_by(
    _sides.c.owner_id, _sides.c.side, _sides.c.text_order, _sides.c.id
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


def facts_from(
    connection: Connection,
    rows: Sequence[Any],
    *,
    document: int | None = None,
    whole: bool = False,
) -> list[Json]:
    """Return the facts of ``rows`` with their evidence, in one more statement.

    Each brings its first spans; all of them, if it is to be ``whole``, or those in a ``document``.
    """
    asked: Json = {"ids": list({row.id for row in rows})}
    statement = _EVIDENCE if whole else _FIRST_EVIDENCE
    if document is not None:
        statement = _EVIDENCE_IN
        asked["document"] = document
    evidence: dict[int, list[Json]] = defaultdict(list)
    for row in connection.execute(statement, asked).all():
        evidence[row.fact_id].append(_evidence(row))
    return [fact(row, evidence[row.id]) for row in rows]


def facts_of(
    connection: Connection, ids: Iterable[int], *, whole: bool = False
) -> dict[int, list[Json]]:
    """Return the facts of each entity, those of which it is the subject first, in two statements.

    Each side brings at most ``PER_PREDICATE`` facts of one predicate, in reading order.
    """
    rows = connection.execute(_FACTS_OF, {"ids": list(ids)}).all()
    found: dict[int, list[Json]] = defaultdict(list)
    for row, each in zip(rows, facts_from(connection, rows, whole=whole), strict=True):
        found[row.owner_id].append(each)
    return found
