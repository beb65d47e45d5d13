"""Events, with their dates, places and participants."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema
from sqlmodel import col

from app.domain.vocabulary import ACTORS, EVENT_ROLES, EventType
from app.listing.declaration import EntityListing
from app.listing.filters import Range, in_ranges, is_one_of, references
from app.listing.related_filters import RelatedFacts, related_to
from app.models import Event
from app.params.queries import (
    FACETS,
    FIELDS,
    HAS,
    LACKS,
    ORDER_BY,
    EntityQuery,
    FieldsOf,
    with_negations,
)
from app.params.types import MAX_VALUES, AnySlugs, EventRoles, PlainNumber, Slugs
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.refs import Ref
from app.schemas.relations import Participant


class PartialDate(BaseModel):
    """A date, with what the document tells of it and nothing more."""

    edtf: str | None = Field(
        description=(
            "The day it took place, in EDTF (ISO 8601-2): `XXXX` where no year is told, `/..` "
            "after a day that is only its beginning. Null where the words give no date."
        ),
        examples=["XXXX-10-14/.."],
    )
    text: str | None = Field(description="The words, as printed.", examples=["началась 14 октября"])
    year: Annotated[int, Field(ge=1, le=9999)] | None = Field(
        description="The year, if told.", examples=[None]
    )
    month: Annotated[int, Field(ge=1, le=12)] | None = Field(
        description="The month, if told.", examples=[10]
    )
    day: Annotated[int, Field(ge=1, le=31)] | None = Field(
        description="The day of the month, if told.", examples=[14]
    )


class EventOut(EntityOut):
    """Something that took place."""

    id: str = Field(description="The event's id.", examples=["vystavka-tovarov-i-uslug"])
    kind: Literal["event"] = Field(description="The kind of record.", examples=["event"])
    name: str = Field(
        description="Its name, in the nominative.",
        examples=["Выставка товаров и услуг омских и павлодарских товаропроизводителей"],
    )
    type: EventType | None = Field(description="What it was.", examples=["exhibition"])
    date: PartialDate | None = Field(description="When it took place or began.")
    venue: Ref | None = Field(description="The building: a place or an organization.")
    place: Ref | None = Field(
        description=(
            "The city or region, where its own sentence or that of its venue says so; none is "
            "inherited from `parent`."
        )
    )
    parent: Ref | None = Field(description="The event it was part of.")
    participants: list[Participant] = Field(
        description=(
            "Those who had a part in it, in the order of their roles. One with a text and no "
            "record, such as «другие омские предприятия», says that not all are named."
        )
    )
    enterprise_count: Annotated[int, Field(ge=0, le=999_999_999)] | None = Field(
        description=(
            "How many enterprises the document says were represented, whether or not it names them."
        ),
        examples=[None],
    )


class EventItem(OptionalFacts, EventOut):
    """An event, as a list gives it."""


class EventDetail(WithFacts, EventOut):
    """An event, with all that proves what is said of it."""


class EventPage(Page[EventItem]):
    """A page of events."""


def _printed_date(sent: object) -> object:
    # Pydantic also accepts a number of seconds as a date.
    if not (isinstance(sent, str) and len(sent) == 10 and sent[4] == sent[7] == "-"):
        raise ValueError("a date such as 2024-10-14")
    return sent


Day = Annotated[
    date,
    BeforeValidator(_printed_date),
    Field(json_schema_extra={"minLength": 10, "maxLength": 10}),
]


EventValue = Literal[
    "type", "year", "month", "day", "venue", "place", "parent", "participant", "role"
]
"""The filters for which a record may lack a value."""


@with_negations
class EventQuery(EntityQuery):
    """The parameters of the list of events."""

    type: list[EventType] = Field(default=[], max_length=MAX_VALUES, description="What it was.")
    year: list[Annotated[int, Field(ge=1, le=9999), PlainNumber]] = Field(
        default=[], max_length=MAX_VALUES, description="Year, where the document tells it."
    )
    month: list[Annotated[int, Field(ge=1, le=12), PlainNumber]] = Field(
        default=[], max_length=12, description="Month, 1 to 12, of whatever year."
    )
    day: list[Annotated[int, Field(ge=1, le=31), PlainNumber]] = Field(
        default=[], max_length=31, description="Day of the month."
    )
    date_from: Day | SkipJsonSchema[None] = Field(
        default=None, description="On this day or later; leaves out dates without a year."
    )
    date_to: Day | SkipJsonSchema[None] = Field(
        default=None, description="On this day or earlier; leaves out dates without a year."
    )
    include_yearless: bool = Field(
        default=False,
        description="Let `date_from` and `date_to` keep every date without a year.",
    )
    venue: AnySlugs = Field(
        default=[], description="Id of the building: of a place or an organization."
    )
    place: Slugs = Field(default=[], description="Id of the city or region.")
    parent: Slugs = Field(default=[], description="Id of the event it was part of.")
    participant: AnySlugs = Field(
        default=[],
        description=(
            "Id of somebody who had a part in it; `company:sibir` where several kinds share an id."
        ),
    )
    role: EventRoles = Field(
        default=[], description="A role that somebody had; with `participant`, that one's."
    )
    has: list[EventValue] = HAS
    lacks: list[EventValue] = LACKS
    sort: Literal["name", "text_order", "date"] = Field(
        default="name",
        description=ORDER_BY + " Undated events come first, then those without a year.",
    )
    fields: Annotated[list[str], FieldsOf(EventItem)] = FIELDS
    facet: list[EventValue] = FACETS


# Days as numbers YYYYMMDD: the year is 0 where the document states none.
_FIRST_DAY, _LAST_DAY = 1_01_01, 9999_12_31
_YEARLESS = (1, _FIRST_DAY - 1)


def _day_number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _date_ranges(query: EventQuery, first: int, last: int) -> list[Range]:
    return [_YEARLESS, (first, last)] if query.include_yearless else [(first, last)]


def _ranges_from(day: date, query: EventQuery) -> list[Range]:
    return _date_ranges(query, _day_number(day), _LAST_DAY)


def _ranges_to(day: date, query: EventQuery) -> list[Range]:
    return _date_ranges(query, _FIRST_DAY, _day_number(day))


events = EntityListing(
    kind="event",
    path="/v1/events",
    table=Event,
    model=EventItem,
    sorts={"date": col(Event.date_key)},
    filters={
        "type": is_one_of("type", col(Event.type)),
        "year": is_one_of("year", col(Event.year)),
        "month": is_one_of("month", col(Event.month)),
        "day": is_one_of("day", col(Event.day)),
        "date_from": in_ranges(
            "date_from", col(Event.date_end_key), _ranges_from, driving_end="first"
        ),
        "date_to": in_ranges("date_to", col(Event.date_key), _ranges_to, driving_end="last"),
        "venue": references("venue", col(Event.venue_id), ["place", "organization"]),
        "place": references("place", col(Event.place_id), ["place"]),
        "parent": references("parent", col(Event.parent_id), ["event"]),
    },
    related=[
        related_to(
            "participant", col(Event.id), RelatedFacts("subject", EVENT_ROLES, ACTORS, "role")
        )
    ],
)
