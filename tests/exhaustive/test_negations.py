"""Negations over much data: what is found and what isn't make up each list, at little cost."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.main import create_app
from app.registry import LISTS
from app.settings import Settings
from tests import large_data
from tests.databases import Databases
from tests.exhaustive.test_plans import plan, sorts
from tests.helpers import Client

Statements = list[tuple[str, Any]]


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
def executed(client: TestClient) -> Iterator[Statements]:
    """Yield the statements that the application executes, with their parameters."""
    found: Statements = []

    def log(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found.append((statement, parameters))

    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", log)
    yield found
    event.remove(engine, "before_cursor_execute", log)


def ids(client: TestClient, path: str, **query: Any) -> list[str]:
    """Return the ids of all records that match, in their order."""
    lines = client.get(path, params={**query, "format": "ndjson", "fields": "id"}).text.splitlines()
    return [json.loads(line)["id"] for line in lines]


def total(client: TestClient, path: str, **query: Any) -> int:
    found: int = client.get(path, params={**query, "limit": 1, "fields": "id"}).json()["total"]
    return found


def test_what_is_found_and_what_is_not_make_up_the_list(client: TestClient) -> None:
    lists = {listing.path: ids(client, listing.path) for listing, _ in LISTS}
    requests = list(large_data.negations(client))
    assert len(requests) > 200
    for path, query in requests[::2]:
        (name, value), *_ = query.items()
        negation = {"lacks": value} if name == "has" else {f"not_{name}": value}
        assert (path, {**negation, "sort": query["sort"]}) in requests
        found, others = ids(client, path, **{name: value}), ids(client, path, **negation)
        is_found = set(found)
        assert others == [each for each in lists[path] if each not in is_found], (path, query)
        assert len(found) + len(others) == len(lists[path]), (path, query)
        assert total(client, path, **{name: value}) == len(found), (path, query)
        assert total(client, path, **negation) == len(others), (path, query)


@pytest.mark.parametrize("more", [{}, {"q": "омск"}, {"not_q": "омск"}])
def test_a_facet_counts_what_lacks_a_value(client: TestClient, more: dict[str, str]) -> None:
    for listing, _ in LISTS:
        names = list(listing.facets)
        page = client.get(listing.path, params={"facet": names, "limit": 1, **more}).json()
        for name, counts in page["facets"].items():
            lacking = sum(each["count"] for each in counts if each["value"] is None)
            expected = 0
            if name in listing.presence:
                expected = total(client, listing.path, lacks=name, **more)
            assert lacking == expected, (listing.path, name)


def pages(client: TestClient, executed: Statements) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the path and query of each negation, and the statement of its page."""
    for path, query in large_data.negations(client):
        (name, _), *_ = query.items()
        if name == "lacks" or name.startswith("not_"):
            executed.clear()
            assert client.get(path, params={**query, "limit": 50}).status_code == 200
            (statement,) = [each for each in executed if "sort_key" in each[0]]
            yield path, query, statement


@pytest.mark.sqlite
def test_a_negation_tests_the_rows_of_the_sort_index(
    client: TestClient, executed: Statements
) -> None:
    scan = re.compile(
        r"^SCAN \w+ USING (COVERING )?INDEX ix_\w+_(name_key|text_order)_id$"
        r"|^SEARCH person USING (COVERING )?INDEX ix_person_is_official_name_key_id ",
        re.MULTILINE,
    )
    related = re.compile(r"^SEARCH (?:fact_\d+|evidence) USING .*\((.*)\)$", re.MULTILINE)
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        for path, query, statement in pages(client, executed):
            found = plan(connection, statement)
            assert scan.search(found), (path, query, found)
            assert not sorts(found), (path, query, found)
            # Related rows are found by the tested record, never by the value.
            for terms in related.findall(found):
                owners = {f"{owner}=?" for owner in ("subject_id", "object_id", "fact_id")}
                assert owners & set(terms.split(" AND ")), found


@pytest.mark.sqlite
def test_a_page_of_what_nearly_all_records_lack_reads_few_of_them(
    client: TestClient, executed: Statements
) -> None:
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        driver = connection.connection.dbapi_connection

        def steps(statement: tuple[str, Any]) -> int:
            count = 0

            def step() -> None:
                nonlocal count
                count += 1

            driver.set_progress_handler(step, 1)
            connection.exec_driver_sql(*statement).all()
            driver.set_progress_handler(None, 1)
            return count

        checked = 0
        for path, query, statement in pages(client, executed):
            executed.clear()
            size = client.get(path, params={"limit": 50, "sort": query["sort"]}).json()["total"]
            (plain,) = [each for each in executed if "sort_key" in each[0]]
            if size > 100 and "not_q" not in query and total(client, path, **query) > 0.9 * size:
                checked += 1
                assert steps(statement) < 6 * steps(plain), (path, query)
        assert checked > 30


@pytest.mark.parametrize(
    "query", [{"lacks": "city"}, {"has": "brand"}, {"not_city": None}, {"not_brand": None}]
)
def test_the_total_of_one_negation_is_stored(
    client: TestClient, executed: Statements, query: dict[str, str | None]
) -> None:
    (name, value), *_ = query.items()
    value = value or large_data.values(client, "/v1/companies", name.removeprefix("not_"))[0]
    executed.clear()
    total(client, "/v1/companies", **{name: value})
    assert not [statement for statement, _ in executed if "AS found" in statement]


@pytest.mark.sqlite
def test_the_evidence_of_a_fact_is_found_by_the_fact(
    client: TestClient, executed: Statements
) -> None:
    document = large_data.values(client, "/v1/facts", "document")[0]
    executed.clear()
    client.get("/v1/facts", params={"document": document, "q": "омск", "limit": 1})
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        plans = [plan(connection, each) for each in list(executed) if "fact_search" in each[0]]
    assert plans
    for found in plans:
        assert "SEARCH evidence USING PRIMARY KEY (fact_id=?)" in found


@pytest.mark.sqlite
def test_the_few_facts_that_are_claims_are_read_from_their_index(
    client: TestClient, executed: Statements
) -> None:
    client.get("/v1/facts?has=attributed_to")
    (page,) = [each for each in executed if "sort_key" in each[0]]
    with client.app.state.database.engine.connect() as connection:  # type: ignore[attr-defined]
        assert "INDEX ix_fact_attributed_to_id" in plan(connection, page)
