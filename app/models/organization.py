"""Organizations: public bodies, museums, schools, delegations."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.domain.vocabulary import OrganizationType, literal_values
from app.models.base import BigInt, KindTable, indexes, one_of


class Organization(KindTable, table=True):
    """A body that is not an enterprise."""

    __table_args__ = (
        *indexes(
            ["type", "parent_id", "place_id", "origin_id", "leader_id"], ["name_key", "text_order"]
        ),
        CheckConstraint(one_of("type", literal_values(OrganizationType)), name="type"),
    )

    type: str | None = None
    parent_id: int | None = Field(default=None, foreign_key="organization.id", sa_type=BigInt)
    place_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
    origin_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
    leader_id: int | None = Field(
        default=None, foreign_key="entity.id", sa_type=BigInt, description="A person."
    )
    opened: str | None = Field(default=None, description="In EDTF.")
