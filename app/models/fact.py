"""Facts and their evidence."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from sqlalchemy import CheckConstraint, Index, false, text
from sqlmodel import Field, SQLModel, col

from app.domain.vocabulary import SUPPORTS
from app.models.base import BigInt, one_of


def _partial_index(column: str, *more: str) -> Index:
    """Return an index of the facts that have a value in ``column``."""
    return Index(None, column, *more, **_where(f"{column} IS NOT NULL"))


def _heads_index(column: str, flag: str) -> Index:
    """Return an index of the facts that ``flag`` marks; SQLite compares its text with a query's."""
    return Index(
        None, column, "predicate", sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag)
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _support_checks() -> Iterator[CheckConstraint]:
    yield CheckConstraint(one_of("support", SUPPORTS), name="support")
    yield CheckConstraint("support <> 'inferred' OR reason IS NOT NULL", name="reason")


class Fact(SQLModel, table=True):
    """One statement about an entity: an object or a value, never both.

    ``text_order`` names the document and the offset of the first evidence: facts sort in reading
    order; ``value_key`` is the folded value, or "" where it is too long to compare by.
    ``subject_head`` marks the first ``MAX_PER_PREDICATE`` facts of one subject and predicate in
    that order, and ``object_head`` those of one object and predicate: an index holds them alone.
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
        _heads_index("subject_id", "subject_head"),
        _heads_index("object_id", "object_head"),
        # The facts between two records
        Index(None, "subject_id", "object_id", "predicate", **_where("object_id IS NOT NULL")),
        CheckConstraint("(object_id IS NULL) <> (value IS NULL)", name="object_or_value"),
        *_support_checks(),
    )

    id: int = Field(primary_key=True, sa_type=BigInt, description="Hash of the statement.")
    subject_id: int = Field(foreign_key="entity.id", sa_type=BigInt)
    predicate: str
    object_id: int | None = Field(default=None, foreign_key="entity.id", sa_type=BigInt)
    value: str | None = None
    value_key: str = ""
    support: str
    attributed_to_id: int | None = Field(default=None, foreign_key="entity.id", sa_type=BigInt)
    reason: str | None = None
    text_order: str
    subject_head: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    object_head: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


Side = Literal["subject", "object"]


class FactSide(NamedTuple):
    """The columns of a fact, seen from the record on one of its sides."""

    owner: Any
    head: Any
    opposite: Any


SIDES: dict[Side, FactSide] = {
    "subject": FactSide(col(Fact.subject_id), col(Fact.subject_head), col(Fact.object_id)),
    "object": FactSide(col(Fact.object_id), col(Fact.object_head), col(Fact.subject_id)),
}

LENGTH_CLASSES = [32, 64, 128, 256, 1024, 4096, 1 << 30]
"""Bounds of span lengths in code points; most spans are short, and no document reaches the last."""


class Evidence(SQLModel, table=True):
    """A half-open span ``[start, end)`` of a document, in code points, and its exact text.

    The key orders the spans of one fact: ``text_order`` is that of the line that states the fact
    in the span's document, as are ``support`` and ``reason``. ``length_class`` is the span's length
    rounded up to one of ``LENGTH_CLASSES``: a span of that class that overlaps a passage begins at
    most that far before it. ``predicate`` is copied from the fact for the index that finds such
    spans.
    """

    __table_args__ = (
        Index(None, "document_id", "start", "end", "fact_id"),
        Index(None, "length_class", "start", "end", "fact_id", "predicate"),
        CheckConstraint('0 <= start AND start < "end"', name="span"),
        CheckConstraint('length(exact) = "end" - start', name="exact"),
        *_support_checks(),
        {"sqlite_with_rowid": False},
    )

    fact_id: int = Field(primary_key=True, foreign_key="fact.id", sa_type=BigInt)
    text_order: str = Field(primary_key=True)
    start: int = Field(primary_key=True)
    end: int = Field(primary_key=True)
    document_id: int = Field(foreign_key="document.id", sa_type=BigInt)
    support: str
    reason: str | None = None
    exact: str
    prefix: str
    suffix: str
    length_class: int
    predicate: str
