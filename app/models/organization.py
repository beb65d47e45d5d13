"""Organizations: public bodies, museums, schools, delegations."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.models.base import BigInt, KindTable, one_of, self_reference
from app.vocabulary import OrganizationType, words


class Organization(KindTable, table=True):
    """A body that is not an enterprise."""

    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "text_order", "id"),
        Index(None, "type", "name_key", "id"),
        Index(None, "place_id", "name_key", "id"),
        CheckConstraint(one_of("type", words(OrganizationType)), name="type"),
    )

    type: str | None = None
    parent_id: int | None = Field(
        default=None, sa_column=self_reference("parent_id", "organization.id")
    )
    place_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
