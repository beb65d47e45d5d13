"""The timeline: events by date, as far as the documents tell it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.domain.json import Json
from app.pages import words
from app.schemas.refs import record_page

MAX_EVENTS = 200
"""The largest number of events on a timeline."""
_TITLES = ("По годам", "Год не указан", "Дата не указана")


class Moment(NamedTuple):
    """An event on the timeline.

    ``date`` is the date as far as it is known, ``datetime`` the same for machines, and ``words``
    are those of the document; each is "" where there is none. ``is_beginning``: it only began then.
    """

    href: str
    name: str
    date: str
    datetime: str
    words: str
    is_beginning: bool


class Period(NamedTuple):
    """A part of the timeline: its title, and its events, the earliest first."""

    title: str
    moments: list[Moment]


def timeline(events: Sequence[Json]) -> list[Period]:
    """Return the events with a year, then those with a day or a month alone, then all others."""
    by_title: dict[str, list[Json]] = {title: [] for title in _TITLES}
    for event in events:
        by_title[_title(event)].append(event)
    return [
        Period(title, [_moment(event) for event in _in_order(found)])
        for title, found in by_title.items()
        if found
    ]


def _title(event: Json) -> str:
    date = event["date"] or {"year": None, "month": None, "day": None}
    with_year, without_year, undated = _TITLES
    if date["year"]:
        return with_year
    return without_year if date["month"] or date["day"] else undated


def _in_order(events: Iterable[Json]) -> list[Json]:
    def key(event: Json) -> list[int]:
        date = event["date"] or {}
        return [date.get(part) or 0 for part in ("year", "month", "day")]

    return sorted(events, key=key)


def _moment(event: Json) -> Moment:
    href, date = record_page("event", event["id"]), event["date"]
    if date is None:
        return Moment(href, event["name"], "", "", "", is_beginning=False)
    return Moment(
        href,
        event["name"],
        words.date(date),
        words.machine_date(date),
        date["text"] or "",
        is_beginning=(date["edtf"] or "").endswith("/.."),
    )
