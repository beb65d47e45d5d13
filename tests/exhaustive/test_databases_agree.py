"""SQLite and PostgreSQL send the same responses, for the article and for generated data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from fastapi.testclient import TestClient

from app.main import create_app
from app.registry import LISTS
from app.settings import Settings
from seed.__main__ import DOCUMENTS
from tests import large_data
from tests.databases import Databases, SqliteDatabases
from tests.helpers import ROOT, Client

pytestmark = pytest.mark.postgresql

Clients = tuple[TestClient, TestClient]


@pytest.fixture(scope="module", params=["article", "generated"])
def clients(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Clients]:
    """Yield a client per kind of database, with the same data in both."""
    folder = tmp_path_factory.mktemp("both")
    documents: Path = DOCUMENTS
    if request.param == "generated":
        documents = large_data.generate(folder / "documents")
    other = SqliteDatabases(folder)
    with databases.migrated() as postgres, other.migrated() as sqlite:
        opened = []
        for url in (sqlite, postgres):
            large_data.load(documents, url)
            settings = Settings(database_url=url, access_log=False, cache_entries=0)
            opened.append(Client(create_app(settings)))
        with opened[0] as first, opened[1] as second:
            yield first, second


def check(clients: Clients, path: str, parameters: Any = None) -> dict[str, Any]:
    """Check that both responses are equal; return their JSON."""
    one, other = (client.get(path, params=parameters) for client in clients)
    assert one.status_code == other.status_code, (path, parameters)
    assert one.content == other.content, (path, parameters)
    is_json = one.headers["content-type"] == "application/json"
    body: dict[str, Any] = one.json() if is_json else {}
    return body


def test_lists_agree_in_every_order_and_filter(clients: Clients) -> None:
    requests = list(large_data.questions(clients[0]) if _is_large(clients) else _small(clients))
    assert len(requests) > 50
    for path, query in requests:
        page = check(clients, path, {**query, "limit": 7})
        if page["next"]:
            check(clients, page["next"])


def _is_large(clients: Clients) -> bool:
    return int(clients[0].get("/v1/facts?limit=1").json()["total"]) > 1000


def _small(clients: Clients) -> Iterator[tuple[str, dict[str, Any]]]:
    for listing, query in LISTS:
        for sort in query.model_fields["sort"].annotation.__args__:  # type: ignore[union-attr]
            for order in ("asc", "desc"):
                for include in ({}, {"include": "facts"}):
                    if not include or "include" in query.model_fields:
                        yield listing.path, {"sort": sort, "order": order, **include}


def test_negations_agree(clients: Clients) -> None:
    for path, query in large_data.negations(clients[0]):
        # Where no event has a year, none can be asked for.
        page = check(clients, path, {**query, "limit": 7})
        if page.get("next"):
            check(clients, page["next"])


def test_facets_agree(clients: Clients) -> None:
    for listing, _ in LISTS:
        names = list(listing.facets)
        check(clients, listing.path, {"facet": names, "limit": 1})
        check(clients, listing.path, {"facet": names, "limit": 1, "q": "омск"})
        check(clients, listing.path, {"facet": names, "limit": 1, "not_q": "омск"})


def test_searches_agree(clients: Clients) -> None:
    for name in ("queries.yaml", "queries_after.yaml"):
        queries = yaml.safe_load((ROOT / "tests" / "search" / name).read_text(encoding="utf-8"))
        for number, each in enumerate(queries):
            if _is_large(clients) and number % 10:
                continue
            page = check(clients, f"/v1/search?{urlencode({'q': each['q'], 'limit': 5})}")
            if page.get("next"):
                check(clients, page["next"])
            check(clients, f"/v1/suggest?{urlencode({'q': each['q'][:4]})}")


def test_details_and_neighbours_agree(clients: Clients) -> None:
    for listing, _ in LISTS:
        items = clients[0].get(listing.path, params={"limit": 12}).json()["items"]
        for item in items:
            check(clients, f"{listing.path}/{item['id']}")
            if listing.path not in {"/v1/facts", "/v1/documents"}:
                check(clients, f"{listing.path}/{item['id']}/related")
            if listing.path == "/v1/documents":
                for rest in ("text", "annotations", "verification"):
                    check(clients, f"{listing.path}/{item['id']}/{rest}")


def test_exports_agree(clients: Clients) -> None:
    for listing, _ in LISTS:
        for file_format in ("csv", "ndjson", "jsonld"):
            check(clients, listing.path, {"format": file_format})
    for file_format in ("json", "graphml"):
        check(clients, "/v1/graph", {"format": file_format})
