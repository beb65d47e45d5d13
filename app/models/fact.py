"""Facts and their evidence."""

from typing import Any, Literal, NamedTuple

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel, col

from app.domain.vocabulary import SUPPORTS
from app.models.base import BigInt, one_of


def _partial_index(column: str, *more: str) -> Index:
    """Return an index of the facts that have a value in ``column``."""
    return Index(None, column, *more, **_where(f"{column} IS NOT NULL"))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Fact(SQLModel, table=True):
    """One statement about an entity: an object or a value, never both.

    ``text_order`` names the document and the offset of the first evidence: facts sort in reading
    order; ``value_key`` is the folded value, or "" where it is too long to compare by.
    ``subject_rank`` numbers the facts of one subject and predicate in that order, from 1, and
    ``object_rank`` those of one object and predicate, so that the first few are an index range.
    """

    __table_args__ = (
        # Both sorts of the list, and pairs of filters that are often sent together
        Index(None, "text_order", "id"),
        Index(None, "predicate", "id"),
        Index(None, "predicate", "text_order", "id"),
        Index(None, "support", "text_order", "id"),
        Index(None, "support", "predicate", "id"),
        Index(None, "subject_id", "text_order", "id"),
        Index(None, "subject_id", "predicate", "text_order", "id"),
        _partial_index("object_id", "text_order", "id"),
        _partial_index("object_id", "predicate", "text_order", "id"),
        _partial_index("attributed_to_id", "text_order", "id"),
        _partial_index("attributed_to_id", "predicate", "id"),
        Index(None, "predicate", "value_key", "subject_id"),
        Index(None, "value_key", "text_order", "id", **_where("value_key <> ''")),
        # The first facts of a record
        Index(None, "subject_id", "subject_rank", "predicate"),
        _partial_index("object_id", "object_rank", "predicate"),
        CheckConstraint("(object_id IS NULL) <> (value IS NULL)", name="object_or_value"),
        CheckConstraint(one_of("support", SUPPORTS), name="support"),
        CheckConstraint("support <> 'inferred' OR reason IS NOT NULL", name="reason"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt, description="Hash of the statement.")
    subject_id: int = Field(foreign_key="entity.id", sa_type=BigInt)
    predicate: str
    object_id: int | None = Field(default=None, foreign_key="entity.id", sa_type=BigInt)
    value: str | None = None
    value_key: str = ""
    support: str
    attributed_to_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInt)
    reason: str | None = None
    text_order: str
    subject_rank: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    object_rank: int | None = None


Side = Literal["subject", "object"]


class FactSide(NamedTuple):
    """The columns of a fact, seen from the record on one of its sides."""

    owner: Any
    rank: Any
    opposite: Any


SIDES: dict[Side, FactSide] = {
    "subject": FactSide(col(Fact.subject_id), col(Fact.subject_rank), col(Fact.object_id)),
    "object": FactSide(col(Fact.object_id), col(Fact.object_rank), col(Fact.subject_id)),
}

LENGTH_CLASSES = [32, 64, 128, 256, 1024, 4096, 1 << 30]
"""Bounds of span lengths in code points; most spans are short, and no document reaches the last."""


class Evidence(SQLModel, table=True):
    """A half-open span ``[start, end)`` of a document, in code points, and its exact text.

    ``rank`` numbers the spans of one fact by document and offset, from 1. ``reach`` is the span's
    length rounded up to one of ``LENGTH_CLASSES``: a span of that class that overlaps a passage
    begins at most that far before it. ``predicate`` is copied from the fact for the index that
    finds such spans.
    """

    __table_args__ = (
        Index(None, "fact_id", "rank"),
        Index(None, "document_id", "start", "end", "fact_id"),
        Index(None, "reach", "start", "end", "fact_id", "predicate"),
        CheckConstraint('0 <= start AND start < "end"', name="span"),
        CheckConstraint('length(exact) = "end" - start', name="exact"),
    )

    fact_id: int = Field(primary_key=True, foreign_key="fact.id", sa_type=BigInt)
    document_id: int = Field(primary_key=True, foreign_key="document.id", sa_type=BigInt)
    start: int = Field(primary_key=True)
    end: int = Field(primary_key=True)
    exact: str
    prefix: str
    suffix: str
    rank: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    reach: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    predicate: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
