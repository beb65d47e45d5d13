"""Events, with dates that may lack a year."""

from sqlalchemy import CheckConstraint, Index, SmallInteger
from sqlmodel import Field

from app.domain.vocabulary import EventType, literal_values
from app.models.base import BigInt, KindTable, indexes, one_of


class Event(KindTable, table=True):
    """Something that took place.

    ``date_key`` and ``date_end_key`` are the first and last day that the date allows, as the number
    YYYYMMDD; the year is 0 where the text doesn't state it, and both are 0 without a date.
    """

    __table_args__ = (
        *indexes(
            ["type", "year", "month", "day", "venue_id", "place_id", "parent_id"],
            ["name_key", "text_order", "date_key"],
        ),
        Index(None, "date_end_key", "date_key", "id"),
        Index(None, "month", "day", "id"),
        CheckConstraint(one_of("type", literal_values(EventType)), name="type"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("day BETWEEN 1 AND 31", name="day"),
        CheckConstraint("day IS NULL OR month IS NOT NULL", name="day_of_month"),
        CheckConstraint("date_key <= date_end_key", name="date_order"),
        CheckConstraint("enterprise_count >= 0", name="enterprise_count"),
    )

    type: str | None = None
    date: str | None = Field(default=None, description="In EDTF, as the facts have it.")
    date_text: str | None = None
    year: int | None = Field(default=None, sa_type=SmallInteger)
    month: int | None = Field(default=None, sa_type=SmallInteger)
    day: int | None = Field(default=None, sa_type=SmallInteger)
    date_key: int = 0
    date_end_key: int = 0
    venue_id: int | None = Field(
        default=None,
        foreign_key="entity.id",
        sa_type=BigInt,
        description="A place or an organization.",
    )
    place_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
    parent_id: int | None = Field(default=None, foreign_key="event.id", sa_type=BigInt)
    enterprise_count: int | None = None
