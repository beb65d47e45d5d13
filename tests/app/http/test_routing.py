"""Routing: the paths that a router matches, and the formats that a route negotiates."""

from asyncio import Semaphore
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Scope

from app.api import ROUTERS
from app.http.routing import Router
from tests.helpers import LISTS, Client, eventually


def test_a_route_negotiates_the_formats_that_it_documents() -> None:
    routes: list[Any] = [route for router in ROUTERS for route in router.routes]
    formats = {route.path: route.formats for route in routes}
    for path in LISTS:
        assert formats.pop(path) == ("json", "csv", "ndjson", "jsonld")
    assert formats.pop("/v1/graph") == ("json", "graphml")
    assert set(formats.values()) == {("json",)}


@pytest.mark.parametrize(
    "path", ["/v1/companies/{id}", "/v1/companies/{id}/related", "/v1/facts/{id}"]
)
def test_the_template_of_a_path_is_no_id(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


class MatchCounter:
    """Counts the calls of FastAPI's own matching, which tries every route of a router."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        original = APIRouter.matches

        def matches(router: APIRouter, scope: Scope) -> tuple[Match, Scope]:
            self.calls += isinstance(router, Router)
            return original(router, scope)

        monkeypatch.setattr(APIRouter, "matches", matches)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> MatchCounter:
    """Return a counter of the routers whose routes are tried."""
    return MatchCounter(monkeypatch)


def match(prefix: str, path: str, root_path: str = "") -> Match:
    """Return how a path matches a router with the routes "" and "/{key}"."""
    router = Router(prefix, tag="test")

    @router.get("")
    def get_all() -> None:
        """Return nothing."""

    @router.get("/{key}")
    def get_one(key: str) -> None:
        """Return nothing."""

    app = FastAPI()
    app.include_router(router)
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "root_path": root_path,
        "headers": [],
    }
    return app.router.routes[-1].matches(scope)[0]


@pytest.mark.parametrize("path", ["/v1/things", "/v1/things/a"])
@pytest.mark.parametrize("root_path", ["", "/api", "/v1", "/v1/things"])
def test_a_path_inside_the_prefix_matches_below_any_root_path(path: str, root_path: str) -> None:
    assert match("/v1/things", root_path + path, root_path) == Match.FULL


@pytest.mark.parametrize(
    ("path", "root_path"),
    [
        ("/", ""),
        ("/v1", ""),
        ("/v1/thing", ""),
        ("/v1/others/a", ""),
        ("/v2/v1/things", ""),
        ("/api/v1/things", ""),
        ("/v1/things", "/v1/things"),
        ("/api/v1/others", "/api"),
        ("/api/api/v1/things", "/api"),
    ],
)
def test_a_path_outside_the_prefix_is_rejected_without_trying_a_route(
    counter: MatchCounter, path: str, root_path: str
) -> None:
    assert match("/v1/things", path, root_path) == Match.NONE
    assert counter.calls == 0


@pytest.mark.parametrize("path", ["/v1/things/", "/v1/things/a/b", "/v1/thingsome"])
def test_a_path_that_extends_the_prefix_needs_a_route(counter: MatchCounter, path: str) -> None:
    assert match("/v1/things", path) == Match.NONE
    assert counter.calls == 1


@pytest.mark.parametrize("root_path", ["", "/api"])
def test_a_prefix_with_a_parameter_is_compared_up_to_the_parameter(
    counter: MatchCounter, root_path: str
) -> None:
    prefix = "/v1/things/{id}/parts"
    assert match(prefix, f"{root_path}/v1/things/a/parts", root_path) == Match.FULL
    assert match(prefix, f"{root_path}/v1/things/ж/parts/b", root_path) == Match.FULL
    assert match(prefix, f"{root_path}/v1/things/a/others", root_path) == Match.NONE
    assert counter.calls == 3
    assert match(prefix, f"{root_path}/v1/others/a/parts", root_path) == Match.NONE
    assert match(prefix, f"{root_path}/v1/things", root_path) == Match.NONE
    assert counter.calls == 3


class Filters(BaseModel):
    """The parameters of a list whose searches and facets last until they are released."""

    q: str | None = None
    not_q: str | None = None
    facet: list[str] = []


@pytest.mark.parametrize("query", ["q=x", "%71=x", "not_q=x", "facet=city"])
def test_searches_and_facets_leave_threads_to_other_requests(query: str) -> None:
    released, running = Event(), []
    router = Router("/v1/things", tag="test")

    @router.get("")
    def get_things(filters: Annotated[Filters, Query()]) -> Response:
        """Return nothing, of a search or a facet once it is released."""
        if filters.q or filters.not_q or filters.facet:
            running.append(filters)
            assert released.wait(20)
        return Response()

    app = FastAPI()
    app.include_router(router)
    app.state.searches = Semaphore(2)
    with Client(app) as client, ThreadPoolExecutor(5) as pool:
        slow = [pool.submit(client.get, f"/v1/things?{query}") for _ in range(5)]
        eventually(lambda: len(running) == 2)
        assert client.get("/v1/things").status_code == 200
        assert len(running) == 2
        released.set()
        assert [each.result().status_code for each in slow] == [200] * 5
    assert len(running) == 5
