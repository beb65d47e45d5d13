"""Query plans: at size, no statement of any list, order and filter reads a whole table."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event

from app.lists import LISTS
from app.main import create_app
from app.settings import Settings
from tests import grown
from tests.databases import Databases
from tests.kit import Client

Asked = tuple[str, Any]


@pytest.fixture(scope="module")
def client(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Yield a client of an application over much data."""
    documents = grown.generate(tmp_path_factory.mktemp("documents"))
    with databases.migrated() as url:
        grown.load(documents, url)
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
# Where few records match, all of them are tried in the order of the list.
_WALK = re.compile(
    r"^SCAN (?!anon_|revision|json)(\w+) USING|^SEARCH (person) USING INDEX ix_person_is_official",
    re.MULTILINE,
)
FEW = 10
# Within one predicate of one record it may sort by id.
_SORT = re.compile("USE TEMP B-TREE FOR ORDER BY")


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
    for path, question in list(grown.questions(client)):
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
                    walked = _WALK.findall(found)
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
    for path, question in list(grown.questions(client)):
        names = question.keys() - {"sort", "order"}
        if names and (path, *names) not in direct:
            continue
        asked.clear()
        client.get(path, params=question)
        pages = [each for each in asked if "sort_key" in each[0]]
        with engine.connect() as connection:
            for each in pages:
                checked += 1
                assert not _SORT.search(plan(connection, each)), (path, question)
    assert checked > 100


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
            assert not _SORT.search(found)
