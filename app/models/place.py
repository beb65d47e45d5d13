"""Places: countries, regions, cities and venues."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.models.base import KindTable, indexes, one_of, self_reference
from app.vocabulary import PlaceType, words


class Place(KindTable, table=True):
    """Somewhere; ``parent_id`` is the larger place it lies in."""

    __table_args__ = (
        *indexes(["type", "parent_id"], ["name_key", "text_order"]),
        CheckConstraint(one_of("type", words(PlaceType)), name="type"),
    )

    type: str | None = None
    parent_id: int | None = Field(default=None, sa_column=self_reference("parent_id", "place.id"))
