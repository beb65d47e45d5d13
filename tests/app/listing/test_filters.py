"""Filters: bounds of dates, conditions that apply to one fact, texts that fold to nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.schemas.facts import MAX_PER_PREDICATE
from app.settings import Settings
from seed.load.pipeline import load
from tests.databases import Databases
from tests.helpers import StatementCounter, relation_fact, value_fact, write_documents

Ids = Callable[[str], list[str]]


def person(name: str) -> list[Any]:
    return [value_fact("name", name)]


DOCUMENTS: dict[str, Any] = {
    "first": {
        "companies": {
            "sibir": [value_fact("name", "Сибирь"), value_fact("brand", "Икс")],
            "nova": [value_fact("name", "Нова")],
        },
        "people": {"ivanov": person("Иванов"), "petrov": person("Петров")},
        "places": {
            "omsk": [
                value_fact("name", "Омск"),
                *(value_fact("description", f"слово {n}") for n in range(MAX_PER_PREDICATE + 3)),
            ]
        },
        "agreements": {"mir": [value_fact("name", "Мир"), value_fact("status", "signed")]},
        "events": {
            "year": [value_fact("name", "Год"), value_fact("date", "2013")],
            "month": [value_fact("name", "Месяц"), value_fact("date", "2013-10")],
            "day": [value_fact("name", "День"), value_fact("date", "2013-10-14")],
            "next": [value_fact("name", "Другой"), value_fact("date", "2014-01-01")],
            "yearless": [value_fact("name", "Без года"), value_fact("date", "XXXX-10-14")],
            "undated": [value_fact("name", "Без даты")],
            "alpha": [
                value_fact("name", "Альфа"),
                relation_fact("exhibitor", "company/sibir"),
                relation_fact("host", "company/nova"),
            ],
            "beta": [
                value_fact("name", "Бета"),
                relation_fact("host", "company/sibir"),
                relation_fact("place", "place/omsk"),
            ],
        },
    },
    "second": {
        "companies": {
            "sibir": [value_fact("brand", "Икс", attributed_to="person/ivanov")],
        },
        "people": {"ivanov": person("Иванов"), "petrov": person("Петров")},
        "agreements": {
            "mir": [
                value_fact("name", "Мир"),
                value_fact("status", "signed", attributed_to="person/ivanov"),
            ]
        },
        "events": {
            "alpha": [relation_fact("exhibitor", "company/sibir", attributed_to="person/petrov")],
        },
    },
}


@pytest.fixture(scope="module")
def client(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Yield a client over the documents above."""
    folder: Path = tmp_path_factory.mktemp("filters")
    documents = {name: dict(sections) for name, sections in DOCUMENTS.items()}
    # The loader requires a record's name in every document that has facts of it.
    for sections in documents["second"].values():
        for slug, lines in sections.items():
            if lines[0]["predicate"] != "name":
                first = next(each for each in documents["first"].values() if slug in each)
                sections[slug] = [first[slug][0], *lines]
    with databases.migrated() as url:
        load(write_documents(folder, documents), url)
        with TestClient(
            create_app(Settings(database_url=url, access_log=False, cache_entries=0))
        ) as client:
            yield client


@pytest.fixture
def ids(client: TestClient) -> Ids:
    """Return a function that returns the ids of a path's items, in order."""

    def get(path: str) -> list[str]:
        response = client.get(path)
        assert response.status_code == 200, response.text
        return [item["id"] for item in response.json()["items"]]

    return get


_DATES = [
    ("date_from=2013-01-01", "day month next year"),
    ("date_from=2013-10-14", "day month next year"),
    ("date_from=2013-10-15", "month next year"),
    ("date_from=2013-10-31", "month next year"),
    ("date_from=2013-11-01", "next year"),
    ("date_from=2013-12-31", "next year"),
    ("date_from=2014-01-01", "next"),
    ("date_from=2014-01-02", ""),
    ("date_to=2012-12-31", ""),
    ("date_to=2013-01-01", "year"),
    ("date_to=2013-09-30", "year"),
    ("date_to=2013-10-01", "month year"),
    ("date_to=2013-10-13", "month year"),
    ("date_to=2013-10-14", "day month year"),
    ("date_to=2013-12-31", "day month year"),
    ("date_to=2014-01-01", "day month next year"),
    ("date_from=2013-10-14&date_to=2013-10-14", "day month year"),
    ("date_to=2013-01-01&include_yearless=true", "year yearless"),
    ("date_from=2020-01-01&include_yearless=true", "yearless"),
    ("date_from=2013-11-01&include_yearless=true", "next year yearless"),
    ("date_from=0001-01-01&date_to=9999-12-31", "day month next year"),
    ("date_from=2014-01-01&date_to=9999-12-31&include_yearless=true", "next yearless"),
    ("year=2013", "day month year"),
    ("year=2013&year=2014&month=10", "day month"),
    ("month=10&day=14", "day yearless"),
]


@pytest.mark.parametrize(("query", "expected"), _DATES)
def test_date_filters_at_their_bounds(ids: Ids, query: str, expected: str) -> None:
    assert sorted(ids(f"/v1/events?{query}")) == expected.split()


@pytest.mark.parametrize(
    ("asked", "found"),
    [each for each in _DATES if ("date_from" in each[0]) != ("date_to" in each[0])],
)
def test_the_total_of_one_date_bound_is_read_from_stored_counts(
    client: TestClient, statements: StatementCounter, asked: str, found: str
) -> None:
    assert client.get(f"/v1/events?{asked}").json()["total"] == len(found.split())
    assert [each for each in statements.seen if "FROM stored_count" in each and "sum(" in each]
    assert not [each for each in statements.seen if "count(*)" in each]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("event=alpha&role=exhibitor", ["sibir"]),
        ("event=beta&role=exhibitor", []),
        ("event=beta&role=host", ["sibir"]),
        ("event=beta&event=alpha&role=host", ["nova", "sibir"]),
        ("role=exhibitor", ["sibir"]),
        ("event=alpha", ["nova", "sibir"]),
    ],
)
def test_event_and_role_apply_to_one_fact(ids: Ids, query: str, expected: list[str]) -> None:
    assert ids(f"/v1/companies?{query}") == expected


def test_participant_and_role_apply_to_one_fact(ids: Ids) -> None:
    assert ids("/v1/events?participant=sibir&role=exhibitor") == ["alpha"]
    assert ids("/v1/events?participant=sibir&role=host") == ["beta"]


def test_document_and_overlaps_apply_to_one_span(client: TestClient, ids: Ids) -> None:
    fact = client.get("/v1/facts?subject=event:alpha&attributed_to=petrov").json()["items"][0]
    (span,) = fact["evidence"]
    start, end = span["start"], span["end"]
    assert span["document"]["id"] == "second"
    overlaps = f"overlaps={start},{end}"
    assert fact["id"] in ids(f"/v1/facts?{overlaps}&document=second&limit=200")
    assert fact["id"] not in ids(f"/v1/facts?{overlaps}&document=first&limit=200")
    assert fact["id"] not in ids(f"/v1/facts?overlaps={end},{end + 1}&document=second")
    assert fact["id"] in ids(f"/v1/facts?overlaps={end - 1},{end}&document=second")
    assert fact["id"] not in ids(f"/v1/facts?overlaps={start - 1},{start}&document=second")


def test_a_fact_of_two_documents_is_listed_once(client: TestClient) -> None:
    company = client.get("/v1/companies/sibir").json()
    assert company["brands"] == ["Икс"]
    assert [(each["role"], each["event"]["id"]) for each in company["events"]] == [
        ("exhibitor", "alpha"),
        ("host", "beta"),
    ]
    event = client.get("/v1/events/alpha").json()
    assert [each["entity"]["id"] for each in event["participants"]] == ["sibir", "nova"]
    brands = client.get("/v1/facts?subject=sibir&predicate=brand").json()
    assert sorted(each["attributed_to"] is None for each in brands["items"]) == [False, True]


def test_an_unattributed_fact_precedes_an_attributed_one(client: TestClient) -> None:
    agreement = client.get("/v1/agreements/mir").json()
    assert (agreement["status"], agreement["attributed_to"]) == ("signed", None)


def test_a_detail_limits_facts_per_predicate_and_lists_the_records_own_first(
    client: TestClient,
) -> None:
    facts = client.get("/v1/places/omsk").json()["facts"]
    own = [fact["subject"]["id"] == "omsk" for fact in facts]
    assert own == [True] * (MAX_PER_PREDICATE + 1) + [False]
    described = [fact["value"] for fact in facts[1:-1]]
    assert described == [f"слово {n}" for n in range(MAX_PER_PREDICATE)]


@pytest.mark.parametrize("blank", ["\x1c", "\x1f", " \x1d ", "«\x1c»", "\u2028", "«»", "\x85"])
@pytest.mark.parametrize(
    "path", ["/v1/companies?legal_form=", "/v1/facts?value=", "/v1/people?q=", "/v1/search?q="]
)
def test_a_text_that_folds_to_nothing_is_rejected(
    client: TestClient, path: str, blank: str
) -> None:
    path, name = path.rstrip("=").split("?")
    response = client.get(path, params={name: blank})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"].startswith(f"query.{name}")
