"""Query plans: over much data, no order or filter of a list scans a whole table."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event, select
from sqlmodel import col

from app.listing import endpoint
from app.listing.planner import (
    ListStatistics,
    PagePlan,
    residual_filters,
)
from app.listing.selection import Selection
from app.listing.touched_counts import read_touched_counts
from app.main import create_app
from app.models import Company, Document
from app.projections.kinds import PROJECTIONS
from app.registry import LISTS
from app.settings import Settings
from seed.load import staging
from tests import large_data
from tests.databases import Databases
from tests.helpers import Client

Executed = tuple[str, Any]


@pytest.fixture(scope="module")
def client(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Yield a client of an application over generated data."""
    documents = large_data.generate(tmp_path_factory.mktemp("documents"))
    with databases.migrated() as url:
        large_data.load(documents, url)
        settings = Settings(database_url=url, access_log=False, cache_entries=0)
        with Client(create_app(settings)) as client:
            yield client


@pytest.fixture
def executed(client: TestClient) -> Iterator[list[Executed]]:
    """Yield the statements that the application executes, with their parameters."""
    found: list[Executed] = []

    def log(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append((statement, parameters))

    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", log)
    yield found
    event.remove(engine, "before_cursor_execute", log)


# Full scans are harmless for subqueries (``anon_…``) and for tables of a few rows.
_SMALL = {"revision", "document"}
_SCAN = {
    "sqlite": re.compile(r"^SCAN (?!anon_)(\w+)$", re.MULTILINE),
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
}
# SQLite scans a table of fewer than a hundred rows whatever its indexes.
_TINY = {"organization", "agreement", "quotation"}
# A scan of the sort index tests nearly every record of the list where few match.
_SORT_INDEX_SCAN = re.compile(
    r"^SCAN (?!anon_|revision|json)(\w+) USING|^SEARCH (person) USING INDEX ix_person_is_official",
    re.MULTILINE,
)
FEW = 10
_SORT = "USE TEMP B-TREE FOR ORDER BY"


def sorts(found: str) -> bool:
    """Return whether a plan sorts the matches; the final sort of the page alone doesn't count."""
    return _SORT in found.partition("SCAN anon_1")[0]


def plan(connection: Connection, executed: Executed) -> str:
    """Return the plan of a statement, a line a step."""
    statement, parameters = executed
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(row[3] for row in rows)
    rows = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", parameters)
    return "\n".join(row[0] for row in rows)


def test_no_list_scans_a_whole_table(client: TestClient, executed: list[Executed]) -> None:
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    seen = set()
    violations = []
    for path, query in list(large_data.questions(client)):
        executed.clear()
        response = client.get(path, params={**query, "limit": 50})
        assert response.status_code == 200, response.text
        new = [each for each in executed if each[0] not in seen]
        seen |= {statement for statement, _ in new}
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                # At this size PostgreSQL prefers sequential scans, which hide a missing index.
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for each in new:
                found = plan(connection, each)
                if response.json()["total"] <= FEW:
                    scanned = {*chain(*_SORT_INDEX_SCAN.findall(found))} - {"", *_TINY}
                    assert not scanned, f"{path} {query}: scans {scanned}\n{each[0]}\n{found}"
                violations += [
                    f"{path} {query}: {table}\n{each[0]}\n{found}"
                    for table in _SCAN[engine.dialect.name].findall(found)
                    if table not in _SMALL
                ]
    assert len(seen) > 100
    assert not violations, "\n\n".join(violations[:5])


@pytest.mark.sqlite
@pytest.mark.parametrize("suffix", ["?include=facts", "/{id}", "/{id}/related"])
def test_the_facts_of_a_record_are_read_by_the_indexes_of_heads(
    client: TestClient, executed: list[Executed], suffix: str
) -> None:
    (place,) = client.get("/v1/places?limit=1").json()["items"]
    executed.clear()
    assert client.get("/v1/places" + suffix.format_map(place)).status_code == 200
    (facts,) = [each for each in executed if "subject_head" in each[0]]
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        assert_heads(plan(connection, facts))


@pytest.mark.sqlite
def test_the_relations_of_items_are_read_by_the_indexes_of_heads(
    client: TestClient, executed: list[Executed]
) -> None:
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (projection,) = [each for each in PROJECTIONS if each.path == "/v1/companies"]
        found = connection.execute(select(col(Company.id))).scalars().all()
        projection.source_rows(connection, found)
        (relations,) = [each for each in executed if "subject_head" in each[0]]
        assert_heads(plan(connection, relations))


def assert_heads(found: str) -> None:
    """Assert that a plan reads facts of both sides by the indexes of the first ones."""
    for side in ("subject", "object"):
        assert f"INDEX ix_fact_{side}_id_{side}_head_predicate ({side}_id=?" in found
        assert f"({side}_id=?)" not in found


@pytest.mark.sqlite
def test_stored_facets_are_read_in_the_order_of_their_index(
    client: TestClient, executed: list[Executed]
) -> None:
    client.get("/v1/companies?facet=city&facet=legal_form")
    (facets,) = [each for each in executed if "label_key" in each[0]]
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        found = plan(connection, facets)
    index = "ix_stored_count_list_facet_negative_count_label_key_value"
    # Only the values that are shown are sorted, once more, where the facets are put together.
    steps = found.splitlines()
    read = [number for number, step in enumerate(steps) if index in step]
    assert len(read) == 2
    assert all(steps[number + 1].startswith("SCAN anon_") for number in read)


@pytest.mark.sqlite
def test_a_filter_of_an_own_column_needs_no_sort(
    client: TestClient, executed: list[Executed]
) -> None:
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    own_columns = {
        (listing.path, name)
        for listing, _ in LISTS
        for name, each in listing.filters.items()
        if each.facet is not None and not each.facet.joins
    }
    checked = 0
    for path, query in list(large_data.questions(client)):
        names = query.keys() - {"sort", "order"}
        if names and (path, *names) not in own_columns:
            continue
        executed.clear()
        client.get(path, params=query)
        pages = [each for each in executed if "sort_key" in each[0]]
        with engine.connect() as connection:
            for each in pages:
                checked += 1
                assert not sorts(plan(connection, each)), (path, query)
    assert checked > 100


# A request, the driving index of its count, and that of its page
_SELECTIVE = [
    (
        "/v1/facts?overlaps=100000,100010",
        "ix_evidence_length_class_start_end_fact_id_predicate",
        "ix_evidence_length_class_start_end_fact_id_predicate",
    ),
    (
        "/v1/facts?overlaps=100000,100010&predicate=name",
        "ix_evidence_length_class_start_end_fact_id_predicate",
        "ix_evidence_length_class_start_end_fact_id_predicate",
    ),
    ("/v1/facts?overlaps=0,100&document={document}", "ix_evidence_document_id", "ix_evidence_doc"),
    ("/v1/events?date_from=9999-01-01", "sqlite_autoindex_stored_count_1", "ix_event_date_end_key"),
    ("/v1/events?date_to=0001-01-01", "sqlite_autoindex_stored_count_1", "ix_event_date_key"),
    ("/v1/events?month={month}&day={day}", "ix_event_month_day_id", "ix_event_month_day_id"),
    (
        "/v1/companies?city={city}&legal_form={legal_form}",
        "ix_company_city_id_legal_form_key_id",
        "ix_company_city_id_legal_form_key_id",
    ),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("target", "count", "page"), _SELECTIVE, ids=[each[0] for each in _SELECTIVE]
)
def test_a_selective_filter_drives_count_and_page(
    client: TestClient, executed: list[Executed], target: str, count: str, page: str
) -> None:
    rarest = {
        name: large_data.values(client, path, name)[-1]
        for path, names in {
            "/v1/facts": ["document"],
            "/v1/events": ["month", "day"],
            "/v1/companies": ["city", "legal_form"],
        }.items()
        for name in names
    }
    executed.clear()
    assert client.get(target.format_map(rarest)).json()["total"] <= FEW
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (count_statement,) = [each for each in executed if "AS found" in each[0]]
        (page_statement,) = [each for each in executed if "sort_key" in each[0]]
        assert count in plan(connection, count_statement)
        assert page in plan(connection, page_statement)


_UNSELECTIVE = [
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
@pytest.mark.parametrize(("target", "scan"), _UNSELECTIVE, ids=[each[0] for each in _UNSELECTIVE])
def test_an_unselective_filter_scans_the_sort_index(
    client: TestClient, executed: list[Executed], target: str, scan: str
) -> None:
    assert client.get(f"{target}&limit=1").json()["items"]
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (page_statement,) = [each for each in executed if "sort_key" in each[0]]
        found = plan(connection, page_statement)
        assert scan in found.replace("COVERING ", "")
        assert not sorts(found)


@pytest.mark.sqlite
def test_the_rarer_of_two_filters_drives_the_count(
    client: TestClient, executed: list[Executed]
) -> None:
    frequent = large_data.values(client, "/v1/events", "type")[0]
    rare = large_data.values(client, "/v1/events", "place")[-1]
    executed.clear()
    client.get("/v1/events", params={"type": frequent, "place": rare})
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        (count_statement,) = [each for each in executed if "count(*)" in each[0]]
        assert "ix_event_place_id" in plan(connection, count_statement)


@pytest.mark.parametrize("path", ["/v1/facts", "/v1/companies"])
def test_a_search_without_other_filters_is_counted_in_the_search_index(
    client: TestClient, executed: list[Executed], path: str
) -> None:
    assert client.get(f"{path}?q=омск").json()["total"] > FEW
    (count_statement,) = [statement for statement, _ in executed if "AS found" in statement]
    tables = set(re.findall(r"FROM (\w+)", count_statement)) - {"anon_found"}
    assert tables == {"fact_search" if path == "/v1/facts" else "entity_search"}


@pytest.mark.postgresql
def test_the_matches_of_a_search_are_read_by_a_bitmap_scan(
    client: TestClient, executed: list[Executed]
) -> None:
    # Testing the tokens row by row takes longer than a bitmap scan.
    assert client.get("/v1/search?q=омск").json()["total"] > FEW
    ranked = [each for each in executed if "entity_search" in each[0]]
    assert len(ranked) > 1
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for each in ranked:
            found = plan(connection, each)
            assert "Bitmap Index Scan on ix_entity_search_tokens" in found
            # Unless materialized, LIMIT makes the planner prefer to test row by row.
            assert "CTE Scan" in found
            assert "pk_entity_search" not in found


def scan(_statistics: ListStatistics, _total: int, selection: Selection) -> PagePlan:
    """Return the plan that scans the sort index, whatever the statistics."""
    return PagePlan(True, selection.active)


def sort(statistics: ListStatistics, _total: int, selection: Selection) -> PagePlan:
    """Return the plan that sorts all matches, whatever the statistics."""
    return PagePlan(False, residual_filters(statistics, selection.active))


@pytest.mark.parametrize("scans", [True, False])
def test_both_page_plans_return_the_same_page(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, scans: bool
) -> None:
    requests = [
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
    for path, query in requests:
        params = {**query, "limit": 20}
        expected = client.get(path, params=params).json()
        with monkeypatch.context() as forced:
            forced.setattr(endpoint, "choose_plan", scan if scans else sort)
            found = client.get(path, params=params).json()
            assert found == expected, (path, query)
            if found["next"]:
                other = client.get(found["next"]).json()
        if found["next"]:
            assert other == client.get(found["next"]).json(), (path, query)


@pytest.mark.parametrize("sort", ["name", "text_order"])
def test_a_late_page_has_the_plan_of_the_first(
    client: TestClient, executed: list[Executed], sort: str
) -> None:
    page = client.get("/v1/companies", params={"sort": sort, "limit": 20}).json()
    for _ in range(5):
        executed.clear()
        page = client.get(page["next"]).json()
        assert page["items"]
        (statement,) = [each for each in executed if "sort_key" in each[0]]
        assert "OFFSET" not in statement[0].replace("LIMIT ? OFFSET ?", "")
        with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
            found = plan(connection, statement)
            assert "company_name_key" in found or "company_text_order" in found
            assert not sorts(found)


_PAIR = {
    "sqlite": re.compile(r"SEARCH fact_1 USING (COVERING )?INDEX \w+ \(\w+=\? AND \w+=\?"),
    "postgresql": re.compile(r" on fact fact_1_1\s+Index Cond: \(.* AND .*\)"),
}


def test_a_pair_of_a_record_and_a_key_is_looked_up_by_both(
    client: TestClient, executed: list[Executed]
) -> None:
    # By one alone, all facts of a city or an event that every document names would be read.
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        staging.create_tables(connection)
        staging.touch(connection, [connection.execute(select(col(Document.id))).scalars().first()])
        for listing, _ in LISTS:
            read_touched_counts(connection, listing)
        pairs = [each for each in executed if "EXISTS" in each[0] and "AS shared" in each[0]]
        assert len(pairs) > 10
        # Of a record that has any value at all, the first fact of several predicates will do.
        by_key = [
            each for each in pairs if not ("CASE WHEN" in each[0] and "predicate IN" in each[0])
        ]
        for each in by_key:
            found = plan(connection, each)
            assert _PAIR[engine.dialect.name].search(found), f"{each[0]}\n{found}"
