"""Entities: one row for every record of any kind."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel, UniqueConstraint

from app.domain.vocabulary import Kind, literal_values
from app.models.base import BigInt, one_of


class Entity(SQLModel, table=True):
    """A record of any kind: something that a document mentions, or a document."""

    __table_args__ = (
        UniqueConstraint("kind", "slug"),
        CheckConstraint(one_of("kind", literal_values(Kind)), name="kind"),
        CheckConstraint("length(slug) BETWEEN 1 AND 100", name="slug"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    id: int = Field(primary_key=True, sa_type=BigInt, description="Hash of kind and slug.")
    kind: str
    slug: str = Field(description="Public id, unique within the kind.")
    name: str
    name_key: str = Field(description="Folded name, to sort by.")
