"""Facts and their evidence."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.models.base import BigInt, one_of
from app.vocabulary import SUPPORTS


class Fact(SQLModel, table=True):
    """One statement about an entity: an object or a value, never both.

    ``text_order`` names the document and the offset of the first evidence: facts sort as one reads
    them; ``value_key`` is the folded value, or "" where it is too long to compare by.
    """

    __table_args__ = (
        Index(None, "text_order", "id"),
        Index(None, "subject_id", "text_order", "id"),
        Index(None, "subject_id", "predicate"),
        Index(None, "object_id", "text_order", "id"),
        Index(None, "object_id", "predicate"),
        Index(None, "predicate", "text_order", "id"),
        Index(None, "predicate", "value_key", "subject_id"),
        Index(None, "support", "text_order", "id"),
        Index(None, "attributed_to_id", "text_order", "id"),
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


class Evidence(SQLModel, table=True):
    """A half-open span ``[start, end)`` of a document, in code points, and its exact text."""

    __table_args__ = (
        Index(None, "document_id", "start", "end"),
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
