"""Places: countries, regions, cities and venues."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.domain.vocabulary import PlaceType, literal_values
from app.models.base import BigInt, KindTable, indexes, one_of


class Place(KindTable, table=True):
    """A place; ``parent_id`` is the larger place that contains it."""

    __table_args__ = (
        *indexes(["type", "parent_id"], ["name_key", "text_order"]),
        CheckConstraint(one_of("type", literal_values(PlaceType)), name="type"),
    )

    type: str | None = None
    parent_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
