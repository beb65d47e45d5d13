"""The response cache: the responses that there are without it, of the current revision alone."""

import asyncio
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from starlette.types import Receive, Scope, Send

from app.api import ROUTERS
from app.formats.responses import EXPORT_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.main import create_app
from app.middleware.response_cache import ResponseCache
from app.settings import Settings
from seed.load.pipeline import load
from tests.helpers import Client, StatementCounter, edited_documents, eventually

Headers = list[tuple[bytes, bytes]]


def opened(url: str, *, seeded: bool = True, **options: Any) -> Iterator[TestClient]:
    """Yield a client of a caching application, once that knows its revision."""
    app = create_app(Settings(database_url=url, access_log=False, **options))
    with Client(app) as client:
        eventually(lambda: app.state.database.revision() is not None or not seeded)
        yield client


@pytest.fixture
def own(own_url: str) -> Iterator[TestClient]:
    """Yield a client of a caching application, over data of the test's own."""
    yield from opened(own_url)


@pytest.fixture
def statements(own: TestClient) -> Iterator[StatementCounter]:
    """Yield a counter of the SQL statements behind ``own``."""
    counter = StatementCounter()
    engine = own.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", counter)
    yield counter
    event.remove(engine, "before_cursor_execute", counter)


def cache_of(client: TestClient) -> ResponseCache:
    """Return the cache in front of the application."""
    layer: Any = client.app.front  # type: ignore[attr-defined]
    while not isinstance(layer, ResponseCache):
        layer = layer.app
    return layer


def test_a_hit_needs_no_statement(own: TestClient, statements: StatementCounter) -> None:
    for path in ("/v1/companies?city=omsk&limit=3", "/v1/companies/sibir", "/v1/search?q=омск"):
        first = own.get(path)
        misses = len(statements.seen)
        assert misses > 0
        again = own.get(path)
        assert own.head(path).headers["etag"] == again.headers["etag"]
        assert own.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        assert again.content == first.content
        assert len(statements.seen) == misses
        statements.seen.clear()
    own.get("/v1/companies?limit=3&city=omsk")
    assert statements.seen == []


def test_a_load_clears_the_cache_at_once(own: TestClient, own_url: str, tmp_path: Path) -> None:
    path = "/v1/companies/sibir"
    before = own.get(path)
    for name in ("Север", "Юг"):

        def rename(facts: dict[str, Any], name: str = name) -> None:
            facts["companies"]["sibir"][0]["value"] = name

        documents = edited_documents(tmp_path / name, rename)
        load(documents, own_url)
        if own_url.startswith("sqlite"):
            assert own.get(path).json()["name"] == name
        # PostgreSQL's notification arrives with a delay.
        eventually(lambda name=name: own.get(path).json()["name"] == name)  # type: ignore[misc]
        # No entry of an older revision reappears.
        assert {own.get(path).json()["name"] for _ in range(3)} == {name}
    assert own.get(path, headers={"If-None-Match": before.headers["etag"]}).status_code == 200


def test_errors_and_streams_are_not_cached(own: TestClient, statements: StatementCounter) -> None:
    own.get("/v1/companies/no-such")
    statements.seen.clear()  # One more: the languages are read once for each revision.
    for path in ("/v1/companies/no-such", "/v1/facts?format=csv", "/v1/export"):
        own.get(path)
        misses = len(statements.seen)
        own.get(path)
        assert len(statements.seen) == 2 * misses > 0
        statements.seen.clear()
    assert len(cache_of(own).entries) == 0


def test_concurrent_misses_are_coalesced(own: TestClient, statements: StatementCounter) -> None:
    app: Any = own.app
    own.get("/v1/companies?limit=3")
    statements.seen.clear()  # One more: the languages are read once for each revision.
    own.get("/v1/companies?limit=1")
    alone = len(statements.seen)
    statements.seen.clear()

    async def scenario() -> list[bytes]:
        return await asyncio.gather(*(body_of(app, "/v1/companies", b"limit=2") for _ in range(20)))

    bodies = asyncio.run(scenario())
    assert len(set(bodies)) == 1
    assert len(json.loads(bodies[0])["items"]) == 2
    assert len(statements.seen) == alone


def test_concurrent_requests_of_an_uncacheable_response_all_get_it(own: TestClient) -> None:
    app: Any = own.app

    async def scenario(path: str, query: bytes) -> list[bytes]:
        return await asyncio.gather(*(body_of(app, path, query) for _ in range(5)))

    for path, query in (("/v1/companies/none", b""), ("/v1/places", b"format=csv")):
        bodies = asyncio.run(scenario(path, query))
        assert len(set(bodies)) == 1
        assert bodies[0]


def test_an_error_while_filling_is_not_shared(own: TestClient) -> None:
    cache = cache_of(own)
    calls = 0
    rest = cache.app

    async def failing_once(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        if calls == 1:
            raise ZeroDivisionError
        await rest(scope, receive, send)

    cache.app = failing_once
    app: Any = own.app

    async def scenario() -> list[Any]:
        requests = (body_of(app, "/v1/companies", b"limit=4") for _ in range(4))
        return await asyncio.gather(*requests, return_exceptions=True)

    first, *others = asyncio.run(scenario())
    assert isinstance(first, ZeroDivisionError)
    assert len(set(others)) == 1
    assert len(json.loads(others[0])["items"]) == 4


def test_the_cache_is_bounded_in_entries_and_bytes(seeded_url: str) -> None:
    cases: list[dict[str, Any]] = [{"cache_entries": 3}, {"cache_bytes": 40_000}]
    for options in cases:
        for client in opened(seeded_url, **options):
            cache = cache_of(client)
            for number in range(1, 30):
                client.get(f"/v1/companies?fields=id&limit={number}")
                client.get("/v1/companies?fields=id&limit=1")
                assert len(cache.entries) <= options.get("cache_entries", 30)
                assert cache.used_bytes <= options.get("cache_bytes", 1 << 30)
                assert cache.used_bytes == sum(entry.size for entry in cache.entries.values())
            # The most recently used entry has stayed; one that is too large is never stored.
            cached = {key[1] for key in cache.entries}
            assert b"fields=id&limit=1" in cached
            before = set(cache.entries)
            client.get("/v1/facts?limit=200", headers={"Accept-Encoding": "identity"})
            assert ("cache_entries" in options) == (set(cache.entries) != before)


def test_long_keys_count_against_the_bound_in_bytes(seeded_url: str) -> None:
    bound = 1_000_000
    for client in opened(seeded_url, cache_bytes=bound):
        cache = cache_of(client)
        for number in range(60):
            ids = "&".join(f"id={number}-{each}-{'a' * 80}" for each in range(150))
            assert client.get(f"/v1/companies?{ids}").status_code == 200
            held = sum(
                len(path)
                + len(query)
                + len(entry.body["body"])
                + sum(map(len, chain(*entry.headers)))
                for (path, query, *_), entry in cache.entries.items()
            )
            assert 0 < held <= bound


def test_the_order_of_a_parameter_counts_however_its_name_is_encoded(
    own: TestClient, client: TestClient
) -> None:
    first, second = "facet=city&%66acet=legal_form", "%66acet=legal_form&facet=city"
    for query in (first, second, first):
        path = f"/v1/companies?{query}&limit=1"
        assert own.get(path).content == client.get(path).content
    assert own.get(f"/v1/companies?{first}").content != own.get(f"/v1/companies?{second}").content


@pytest.mark.parametrize("path", ["/v1/companies?limit=3", "/v1/companies/sibir"])
def test_accept_headers_that_choose_the_same_format_share_an_entry(
    own: TestClient, statements: StatementCounter, path: str
) -> None:
    ranges = ["*/*", "", "application/json", "text/html, */*;q=0.8", "image/png"]
    ranges += [f"application/json, x/{number}" for number in range(40)]
    ranges += [f"application/json, {'x' * 300}/{number}" for number in range(5)]
    bodies = {own.get(path, headers={"Accept": each}).content for each in ranges}
    assert len(ranges) == 50
    assert len(bodies) == 1
    assert len(cache_of(own).entries) == 1
    misses = len(statements.seen)
    own.get(path, headers={"Accept": "application/json, y/y"})
    assert len(statements.seen) == misses


def test_a_cached_format_hides_no_other(own: TestClient) -> None:
    for path, format_, media_type in (
        ("/v1/places", "csv", "text/csv; charset=utf-8"),
        ("/v1/places", "jsonld", "application/ld+json"),
        ("/v1/graph", "graphml", "application/graphml+xml"),
    ):
        expected = own.get(path, params={"format": format_})
        own.get(path)
        for accepted in (media_type, f"{media_type}, {'x' * 300}/x;q=0.1"):
            response = own.get(path, headers={"Accept": accepted})
            assert response.headers["content-type"] == media_type
            assert response.content == expected.content
        assert own.get(path).headers["content-type"] == "application/json"


def test_a_response_that_varies_by_accept_is_cached_only_of_a_known_path(own: TestClient) -> None:
    cache = cache_of(own)
    cache._formats = {}
    app: Any = own.app

    async def scenario() -> list[bytes]:
        accepted = (b"application/json", b"application/ld+json;q=0.1, application/json")
        return await asyncio.gather(
            *(body_of(app, "/v1/places", b"", [(b"accept", each)]) for each in accepted),
            body_of(app, "/v1/places", b"", [(b"accept", b"text/csv")]),
        )

    *as_json, as_csv = asyncio.run(scenario())
    assert len(set(as_json)) == 1
    assert as_csv.startswith(b"\xef\xbb\xbfid,kind,")
    assert len(cache.entries) == 0
    own.get("/v1/places/omsk")
    assert len(cache.entries) == 1


def test_a_negotiating_path_has_no_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router("/v1/things", tag="facts")

    @router.get("/{id}", responses=EXPORT_RESPONSES)
    def get_thing(id: str, context: ContextDep) -> Response:
        return context.json(id)

    monkeypatch.setattr("app.main.ROUTERS", (*ROUTERS, router))
    with pytest.raises(ValueError, match=r"/v1/things/\{id\}"):
        create_app(Settings())


@pytest.mark.parametrize(
    ("lines", "is_gzip"),
    [
        ([b"identity", b"gzip"], True),
        ([b"gzip", b"gzip;q=0"], False),
        ([b"gzip"], True),
        ([b"identity"], False),
        ([b"br, " * 100, b"gzip"], True),
    ],
)
def test_the_coding_of_an_entry_is_that_of_its_key(
    own: TestClient, lines: list[bytes], *, is_gzip: bool
) -> None:
    app: Any = own.app
    headers = [(b"accept-encoding", line) for line in lines]
    for _ in range(2):
        body = asyncio.run(body_of(app, "/v1/companies", b"", headers))
        assert body.startswith(b"\x1f\x8b") is is_gzip
    (key,) = cache_of(own).entries
    assert key[2] is is_gzip


def test_the_cache_can_be_switched_off(client: TestClient) -> None:
    with pytest.raises(AttributeError):
        cache_of(client)


def test_without_a_revision_nothing_is_cached(fresh_url: str) -> None:
    for client in opened(fresh_url, seeded=False):
        assert client.get("/v1/companies").json()["total"] == 0
        assert len(cache_of(client).entries) == 0


PARAMETERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=6)


@given(PARAMETERS, st.randoms())
def test_the_key_ignores_the_order_of_names(sent: list[tuple[str, str]], chance: Any) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError

    cache = ResponseCache(app, {}, max_entries=1, max_bytes=1)

    def key(pairs: list[tuple[str, str]]) -> Any:
        query = "&".join(f"{name}={value}" for name, value in pairs).encode()
        return cache._key({"path": "/", "query_string": query}, {})

    by_name = {name: [pair for pair in sent if pair[0] == name] for name in "abc"}
    names = [name for name, _ in sent]
    chance.shuffle(names)
    # The values of one name stay in order, since the response shows it.
    shuffled = [by_name[name].pop(0) for name in names]
    assert key(shuffled) == key(sent)
    if sorted(set(sent)) != sorted(set(sent[:-1])):
        assert key(sent[:-1]) != key(sent)


async def body_of(app: FastAPI, path: str, query: bytes, headers: Headers | None = None) -> bytes:
    """Return the body of a response, from the application itself."""
    chunks: list[bytes] = []

    async def receive() -> Any:
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        chunks.append(message.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": headers or [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await app(scope, receive, send)
    return b"".join(chunks)
