"""The timeline: events by date, as far as the documents tell it."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.pages.timeline import MAX_EVENTS, Moment, timeline
from tests.app.api import serve
from tests.app.pages import parse
from tests.databases import Databases
from tests.helpers import value_fact, write_documents

Json = dict[str, Any]

DATES: list[Json | None] = [
    {"edtf": "2013-10-14", "text": "14 октября 2013 года", "year": 2013, "month": 10, "day": 14},
    {"edtf": "2012", "text": "в 2012 году", "year": 2012, "month": None, "day": None},
    {"edtf": "2013-09", "text": "в сентябре 2013-го", "year": 2013, "month": 9, "day": None},
    {"edtf": "XXXX-10-14/..", "text": "началась 14 октября", "year": None, "month": 10, "day": 14},
    {"edtf": "XXXX-05", "text": "в мае", "year": None, "month": 5, "day": None},
    {"edtf": None, "text": "на прошлой неделе", "year": None, "month": None, "day": None},
    None,
]


def event(number: int, date: Json | None) -> Json:
    """Return the item of an event as far as a timeline needs it."""
    return {"id": f"e-{number}", "name": f"Событие {number}", "date": date}


def test_events_stand_by_date_and_what_is_untold_apart() -> None:
    periods = timeline([event(number, date) for number, date in enumerate(DATES)])
    assert [(each.title, [moment.href for moment in each.moments]) for each in periods] == [
        ("По годам", ["/events/e-1", "/events/e-2", "/events/e-0"]),
        ("Год не указан", ["/events/e-4", "/events/e-3"]),
        ("Дата не указана", ["/events/e-5", "/events/e-6"]),
    ]
    moments = {each.href[-1]: each for period in periods for each in period.moments}
    assert [(moments[n].date, moments[n].datetime) for n in "0123456"] == [
        ("14 октября 2013", "2013-10-14"),
        ("2012", "2012"),
        ("сентябрь 2013", "2013-09"),
        ("14 октября", "10-14"),
        ("май", ""),
        ("", ""),
        ("", ""),
    ]
    assert moments["3"].is_beginning
    assert moments["5"].words == "на прошлой неделе"


@given(st.lists(st.sampled_from(DATES), max_size=30))
def test_every_event_stands_once_in_the_order_of_what_is_known(dates: list[Json | None]) -> None:
    periods = timeline([event(number, date) for number, date in enumerate(dates)])
    found = [moment for each in periods for moment in each.moments]
    assert sorted(each.href for each in found) == sorted(
        f"/events/e-{n}" for n in range(len(dates))
    )
    for period in periods:
        keys = [_key(dates, moment) for moment in period.moments]
        assert keys == sorted(keys)


def _key(dates: list[Json | None], moment: Moment) -> list[int]:
    date = dates[int(moment.href.rpartition("-")[2])] or {}
    return [date.get(part) or 0 for part in ("year", "month", "day")]


def test_the_page_of_events_shows_the_timeline_of_its_selection(client: TestClient) -> None:
    for query in ({}, {"month": 10}, {"q": "матч"}, {"type": "exhibition"}):
        page = parse(client.get("/events", params={"limit": 1, **query}).text)
        data = client.get("/v1/events", params={"limit": 200, **query}).json()["items"]
        section = page.one("section", **{"aria-labelledby": "timeline"})
        shown = [each.attributes["href"] for each in section.all("a")]
        assert sorted(shown) == sorted(f"/events/{each['id']}" for each in data)
        quotes = {each.text for each in section.all("q")}
        assert quotes == {each["date"]["text"] for each in data if each["date"]}
    assert [each.text for each in parse(client.get("/events").text).all("time")] == [
        "14 октября"
    ] * 3


def test_pages_behind_the_first_and_other_lists_have_no_timeline(client: TestClient) -> None:
    following = client.get("/v1/events?limit=2").json()["next"].removeprefix("/v1")
    for path in (following, "/companies"):
        assert "timeline" not in client.get(path).text


def test_of_many_events_the_latest_are_shown(databases: Databases, tmp_path: Path) -> None:
    events = {
        f"e-{number}": [
            value_fact("name", f"Событие {number}"),
            *([value_fact("date", f"{1500 + number}")] if number < 150 else []),
        ]
        for number in range(MAX_EVENTS + 40)
    }
    documents = write_documents(tmp_path, {"doc": {"events": events}})
    with databases.migrated() as url, serve(url, documents) as client:
        page = parse(client.get("/events").text)
    dated, undated = page.one("section", **{"aria-labelledby": "timeline"}).all("ol")
    assert [each.text for each in dated.all("time")] == [str(1500 + n) for n in range(150)]
    assert len(undated.all("li")) == MAX_EVENTS - 150
    assert "Здесь 200\u00a0событий" in page.one("main").text
