"""Facts and their evidence."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from app.models.base import BigInt, one_of
from app.vocabulary import SUPPORTS


def _told(column: str, *more: str) -> Index:
    """Return an index of the facts that have a value in ``column``."""
    return Index(None, column, *more, **_where(f"{column} IS NOT NULL"))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Fact(SQLModel, table=True):
    """One statement about an entity: an object or a value, never both.

    ``text_order`` names the document and the offset of the first evidence: facts sort as one reads
    them; ``value_key`` is the folded value, or "" where it is too long to compare by.
    ``subject_rank`` numbers the facts of one subject and predicate in that order, from 1, and
    ``object_rank`` those of one object and predicate, so that the first few are found at once.
    """

    __table_args__ = (
        # In both orders of a list, and for the filters that are asked for together
        Index(None, "text_order", "id"),
        Index(None, "predicate", "id"),
        Index(None, "predicate", "text_order", "id"),
        Index(None, "support", "text_order", "id"),
        Index(None, "support", "predicate", "id"),
        Index(None, "subject_id", "text_order", "id"),
        Index(None, "subject_id", "predicate", "text_order", "id"),
        _told("object_id", "text_order", "id"),
        _told("object_id", "predicate", "text_order", "id"),
        _told("attributed_to_id", "text_order", "id"),
        _told("attributed_to_id", "predicate", "id"),
        Index(None, "predicate", "value_key", "subject_id"),
        Index(None, "value_key", "text_order", "id", **_where("value_key <> ''")),
        # The first facts of a record
        Index(None, "subject_id", "subject_rank", "predicate"),
        _told("object_id", "object_rank", "predicate"),
        CheckConstraint("(object_id IS NULL) <> (value IS NULL)", name="object_or_value"),
        CheckConstraint(one_of("support", SUPPORTS), name="support"),
        CheckConstraint("support <> 'inferred' OR reason IS NOT NULL", name="reason"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt, description="Hash of what the fact says.")
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


REACHES = [32, 64, 128, 256, 1024, 4096, 1 << 30]
"""Most spans are a few words; the last is more than any document is long."""


class Evidence(SQLModel, table=True):
    """A half-open span ``[start, end)`` of a document, in code points, and its exact text.

    ``rank`` numbers the spans of one fact in the order of documents and offsets, from 1.
    ``reach`` is the length, or more, as one of ``REACHES``: what is no longer, and overlaps a
    passage, begins at most so far before it. ``predicate`` is the fact's, repeated here for the
    index that finds such spans.
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
    predicate: str = Field(default="", sa_column_kwargs={"server_default": ""})
