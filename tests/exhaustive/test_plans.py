"""Query plans: at size, no statement of any list, order and filter reads a whole table."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event

from app.counts import Kept, Way
from app.lists import LISTS
from app.main import create_app
from app.settings import Settings
from tests import large_data
from tests.databases import Databases
from tests.helpers import Client

Asked = tuple[str, Any]


@pytest.fixture(scope="module")
def client(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Yield a client of an application over much data."""
    documents = large_data.generate(tmp_path_factory.mktemp("documents"))
    with databases.migrated() as url:
        large_data.load(documents, url)
        settings = Settings(database_url=url, access_log=False, cache_entries=0)
        with Client(create_app(settings)) as client:
            yield client


@pytest.fixture
def asked(client: TestClient) -> Iterator[list[Asked]]:
    """Yield the statements, with their parameters, that the application asks the database."""
    found: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append((statement, parameters))

    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


# What a plan may read from end to end: what the statement itself made, and tables of a few rows.
_SMALL = {"revision", "document"}
_SCAN = {
    "sqlite": re.compile(r"^SCAN (?!anon_)(\w+)$", re.MULTILINE),
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
}
# Of fewer than a hundred rows SQLite may well try all.
_TINY = {"organization", "agreement", "quotation"}
# Where few records match, all of them are tried in the order of the list.
_WALK = re.compile(
    r"^SCAN (?!anon_|revision|json)(\w+) USING|^SEARCH (person) USING INDEX ix_person_is_official",
    re.MULTILINE,
)
FEW = 10
_SORT = "USE TEMP B-TREE FOR ORDER BY"


def sorts(found: str) -> bool:
    """Tell whether records are sorted to find those of a page, which at its end are once more."""
    return _SORT in found.partition("SCAN anon_1")[0]


def plan(connection: Connection, asked: Asked) -> str:
    """Return what the database says it would do."""
    statement, parameters = asked
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(row[3] for row in rows)
    rows = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", parameters)
    return "\n".join(row[0] for row in rows)


def test_no_list_reads_a_whole_table(client: TestClient, asked: list[Asked]) -> None:
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    seen = set()
    bad = []
    for path, question in list(large_data.questions(client)):
        asked.clear()
        response = client.get(path, params={**question, "limit": 50})
        assert response.status_code == 200, response.text
        new = [each for each in asked if each[0] not in seen]
        seen |= {statement for statement, _ in new}
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                # Of a table of a few thousand rows it would read all, because that is quicker.
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for each in new:
                found = plan(connection, each)
                if "owner_id" in each[0] and engine.dialect.name == "sqlite":
                    # What is shown of some records is found by them, whatever else there is.
                    assert "ix_fact_subject_id_subject_rank" in found, found
                    assert "object_id IN" not in each[0] or "ix_fact_object_id_object_rank" in found
                if response.json()["total"] <= FEW:
                    walked = {*chain(*_WALK.findall(found))} - {"", *_TINY}
                    assert not walked, f"{path} {question}: walks {walked}\n{each[0]}\n{found}"
                bad += [
                    f"{path} {question}: {table}\n{each[0]}\n{found}"
                    for table in _SCAN[engine.dialect.name].findall(found)
                    if table not in _SMALL
                ]
    assert len(seen) > 100
    assert not bad, "\n\n".join(bad[:5])


@pytest.mark.sqlite
def test_what_stands_in_a_column_is_found_in_order(client: TestClient, asked: list[Asked]) -> None:
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    direct = {
        (listing.path, name)
        for listing, _ in LISTS
        for name, each in listing.filters.items()
        if each.facet is not None and not each.facet.joins
    }
    checked = 0
    for path, question in list(large_data.questions(client)):
        names = question.keys() - {"sort", "order"}
        if names and (path, *names) not in direct:
            continue
        asked.clear()
        client.get(path, params=question)
        pages = [each for each in asked if "sort_key" in each[0]]
        with engine.connect() as connection:
            for each in pages:
                checked += 1
                assert not sorts(plan(connection, each)), (path, question)
    assert checked > 100


# A question, what its count is found by, and its page.
_LED = [
    (
        "/v1/facts?overlaps=100000,100010",
        "ix_evidence_reach_start_end_fact_id_predicate",
        "ix_evidence_reach_start_end_fact_id_predicate",
    ),
    (
        "/v1/facts?overlaps=100000,100010&predicate=name",
        "ix_evidence_reach_start_end_fact_id_predicate",
        "ix_evidence_reach_start_end_fact_id_predicate",
    ),
    ("/v1/facts?overlaps=0,100&document={document}", "ix_evidence_document_id", "ix_evidence_doc"),
    ("/v1/events?date_from=9999-01-01", "ix_tally_list_facet_position", "ix_event_date_end_key"),
    ("/v1/events?date_to=0001-01-01", "ix_tally_list_facet_position", "ix_event_date_key"),
    ("/v1/events?month={month}&day={day}", "ix_event_month_day_id", "ix_event_month_day_id"),
    (
        "/v1/companies?city={city}&legal_form={legal_form}",
        "ix_company_city_id_legal_form_key_id",
        "ix_company_city_id_legal_form_key_id",
    ),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(("question", "count", "page"), _LED, ids=[each[0] for each in _LED])
def test_where_few_match_an_index_leads_to_them(
    client: TestClient, asked: list[Asked], question: str, count: str, page: str
) -> None:
    rarest = {
        name: client.get(path, params={"facet": name}).json()["facets"][name][-1]["value"]
        for path, names in {
            "/v1/facts": ["document"],
            "/v1/events": ["month", "day"],
            "/v1/companies": ["city", "legal_form"],
        }.items()
        for name in names
    }
    asked.clear()
    assert client.get(question.format_map(rarest)).json()["total"] <= FEW
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (counted,) = [each for each in asked if "AS found" in each[0]]
        (listed,) = [each for each in asked if "sort_key" in each[0]]
        assert count in plan(connection, counted)
        assert page in plan(connection, listed)


_WALKED = [
    ("/v1/events?date_from=1990-01-01", "SCAN event USING INDEX ix_event_name_key_id"),
    ("/v1/events?date_to=2030-01-01&sort=text_order", "SCAN event USING INDEX ix_event_text_order"),
    ("/v1/facts?overlaps=0,100000", "SCAN fact USING INDEX ix_fact_text_order_id"),
    ("/v1/facts?q=омск", "SCAN fact USING INDEX ix_fact_text_order_id"),
    ("/v1/companies?role=exhibitor&role=participant", "SCAN company USING INDEX ix_company_name"),
    ("/v1/companies?legal_form=ООО&legal_form=ЗАО", "SCAN company USING INDEX ix_company_name"),
    ("/v1/events?month=6&date_from=1990-01-01", "SEARCH event USING INDEX ix_event_month_name_key"),
    ("/v1/companies?legal_form=ООО&role=exhibitor", "ix_company_legal_form_key_name_key_id"),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(("question", "walk"), _WALKED, ids=[each[0] for each in _WALKED])
def test_where_many_match_a_page_is_walked_to_in_order(
    client: TestClient, asked: list[Asked], question: str, walk: str
) -> None:
    assert client.get(f"{question}&limit=1").json()["items"]
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (listed,) = [each for each in asked if "sort_key" in each[0]]
        found = plan(connection, listed)
        assert walk in found.replace("COVERING ", "")
        assert not sorts(found)


@pytest.mark.sqlite
def test_what_few_have_leads_to_what_is_asked_with_it(
    client: TestClient, asked: list[Asked]
) -> None:
    page = client.get("/v1/events", params={"facet": ["type", "place"]}).json()
    often, rare = page["facets"]["type"][0]["value"], page["facets"]["place"][-1]["value"]
    asked.clear()
    client.get("/v1/events", params={"type": often, "place": rare})
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (counted,) = [each for each in asked if "count(*)" in each[0]]
        assert "ix_event_place_id" in plan(connection, counted)


@pytest.mark.parametrize("path", ["/v1/facts", "/v1/companies"])
def test_what_words_alone_find_is_counted_in_their_index(
    client: TestClient, asked: list[Asked], path: str
) -> None:
    assert client.get(f"{path}?q=омск").json()["total"] > FEW
    (counted,) = [statement for statement, _ in asked if "AS found" in statement]
    tables = set(re.findall(r"FROM (\w+)", counted)) - {"anon_found"}
    assert tables == {"fact_search" if path == "/v1/facts" else "entity_search"}


@pytest.mark.postgresql
def test_what_words_find_is_gathered_by_their_index(client: TestClient, asked: list[Asked]) -> None:
    # To look at the tokens of one after another takes longer.
    assert client.get("/v1/search?q=омск").json()["total"] > FEW
    ranked = [each for each in asked if "entity_search" in each[0]]
    assert len(ranked) > 1
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for each in ranked:
            found = plan(connection, each)
            assert "Bitmap Index Scan on ix_entity_search_tokens" in found
            # Without, a limit would make a look at row by row seem to be the shorter way.
            assert "CTE Scan" in found
            assert "pk_entity_search" not in found


@pytest.mark.parametrize("walks", [True, False])
def test_whichever_way_a_page_is_found_it_is_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, walks: bool
) -> None:
    questions = [
        *(
            (path, each)
            for path, each in large_data.questions(client)
            if each.keys() - {"sort", "order"}
        ),
        ("/v1/facts", {"overlaps": "0,2000", "predicate": ["name", "type"]}),
        ("/v1/companies", {"legal_form": ["ООО", "ЗАО"], "role": "exhibitor"}),
        ("/v1/events", {"date_from": "2005-01-01", "date_to": "2012-01-01", "month": ["5", "6"]}),
        ("/v1/events", {"date_from": "2005-01-01", "include_yearless": "true", "role": "host"}),
    ]
    for path, question in questions:
        asked = {**question, "limit": 20}
        expected = client.get(path, params=asked).json()
        with monkeypatch.context() as forced:
            forced.setattr(
                Kept, "way", lambda kept, *_: Way(walks, kept.asked if walks else kept.tried)
            )
            found = client.get(path, params=asked).json()
            assert found == expected, (path, question)
            if found["next"]:
                other = client.get(found["next"]).json()
        if found["next"]:
            assert other == client.get(found["next"]).json(), (path, question)


@pytest.mark.parametrize("sort", ["name", "text_order"])
def test_a_page_far_on_costs_what_the_first_does(
    client: TestClient, asked: list[Asked], sort: str
) -> None:
    page = client.get("/v1/companies", params={"sort": sort, "limit": 20}).json()
    for _ in range(5):
        asked.clear()
        page = client.get(page["next"]).json()
        assert page["items"]
        (statement,) = [each for each in asked if "sort_key" in each[0]]
        assert "OFFSET" not in statement[0].replace("LIMIT ? OFFSET ?", "")
        with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
            found = plan(connection, statement)
            assert "company_name_key" in found or "company_text_order" in found
            assert not sorts(found)
