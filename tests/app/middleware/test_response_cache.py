"""The cache: the same answers as without it, none of an old revision, one maker for many askers."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from starlette.types import Receive, Scope, Send

from app.cache import Cache, _key
from app.main import create_app
from app.settings import Settings
from seed.load import load
from tests.helpers import Client, StatementCounter, edited_documents, eventually


def opened(url: str, *, seeded: bool = True, **options: Any) -> Iterator[TestClient]:
    app = create_app(Settings(database_url=url, access_log=False, **options))
    with Client(app) as client:
        eventually(lambda: app.state.database.revision() is not None or not seeded)
        yield client


@pytest.fixture
def own(own_url: str) -> Iterator[TestClient]:
    """Yield a client of an application that keeps its answers, over data of the test's own."""
    yield from opened(own_url)


@pytest.fixture
def statements(own: TestClient) -> Iterator[StatementCounter]:
    """Yield a counter of the SQL statements behind ``own``."""
    counter = StatementCounter()
    engine = own.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", counter)
    yield counter
    event.remove(engine, "before_cursor_execute", counter)


def cache_of(client: TestClient) -> Cache:
    """Return the cache in front of the application."""
    layer: Any = client.app.front  # type: ignore[attr-defined]
    while not isinstance(layer, Cache):
        layer = layer.app
    return layer


def test_what_is_kept_needs_no_statement(own: TestClient, statements: StatementCounter) -> None:
    for path in ("/v1/companies?city=omsk&limit=3", "/v1/companies/sibir", "/v1/search?q=омск"):
        first = own.get(path)
        made = len(statements.seen)
        assert made > 0
        again = own.get(path)
        assert own.head(path).headers["etag"] == again.headers["etag"]
        assert own.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        assert again.content == first.content
        assert len(statements.seen) == made
        statements.seen.clear()
    own.get("/v1/companies?limit=3&city=omsk")
    assert statements.seen == []


def test_a_load_empties_it_at_once(own: TestClient, own_url: str, tmp_path: Path) -> None:
    path = "/v1/companies/sibir"
    before = own.get(path)
    for name in ("Север", "Юг"):

        def rename(facts: dict[str, Any], name: str = name) -> None:
            facts["companies"]["sibir"][0]["value"] = name

        documents = edited_documents(tmp_path / name, rename)
        load(documents, own_url)
        if own_url.startswith("sqlite"):
            assert own.get(path).json()["name"] == name
        # PostgreSQL's word takes its way.
        eventually(lambda name=name: own.get(path).json()["name"] == name)  # type: ignore[misc]
        # Nothing of an older revision comes back.
        assert {own.get(path).json()["name"] for _ in range(3)} == {name}
    assert own.get(path, headers={"If-None-Match": before.headers["etag"]}).status_code == 200


def test_errors_and_streams_are_not_kept(own: TestClient, statements: StatementCounter) -> None:
    for path in ("/v1/companies/no-such", "/v1/facts?format=csv", "/v1/export"):
        own.get(path)
        made = len(statements.seen)
        own.get(path)
        assert len(statements.seen) == 2 * made > 0
        statements.seen.clear()
    assert len(cache_of(own).entries) == 0


def test_many_askers_have_one_maker(own: TestClient, statements: StatementCounter) -> None:
    app: Any = own.app
    own.get("/v1/companies?limit=1")
    alone = len(statements.seen)
    statements.seen.clear()

    async def scenario() -> list[bytes]:
        return await asyncio.gather(*(ask(app, "/v1/companies", b"limit=2") for _ in range(20)))

    bodies = asyncio.run(scenario())
    assert len(set(bodies)) == 1
    assert len(json.loads(bodies[0])["items"]) == 2
    assert len(statements.seen) == alone


def test_many_askers_of_what_cant_be_kept_all_get_it(own: TestClient) -> None:
    app: Any = own.app

    async def scenario(path: str, query: bytes) -> list[bytes]:
        return await asyncio.gather(*(ask(app, path, query) for _ in range(5)))

    for path, query in (("/v1/companies/none", b""), ("/v1/places", b"format=csv")):
        bodies = asyncio.run(scenario(path, query))
        assert len(set(bodies)) == 1
        assert bodies[0]


def test_a_maker_that_fails_leaves_the_others_to_themselves(own: TestClient) -> None:
    cache = cache_of(own)
    times = 0
    rest = cache.app

    async def failing_once(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal times
        times += 1
        await asyncio.sleep(0)
        if times == 1:
            raise ZeroDivisionError
        await rest(scope, receive, send)

    cache.app = failing_once
    app: Any = own.app

    async def scenario() -> list[Any]:
        asked = (ask(app, "/v1/companies", b"limit=4") for _ in range(4))
        return await asyncio.gather(*asked, return_exceptions=True)

    first, *others = asyncio.run(scenario())
    assert isinstance(first, ZeroDivisionError)
    assert len(set(others)) == 1
    assert len(json.loads(others[0])["items"]) == 4


def test_it_is_bounded_in_entries_and_bytes(seeded_url: str) -> None:
    cases: list[dict[str, Any]] = [{"cache_entries": 3}, {"cache_bytes": 40_000}]
    for options in cases:
        for client in opened(seeded_url, **options):
            cache = cache_of(client)
            for number in range(1, 30):
                client.get(f"/v1/companies?fields=id&limit={number}")
                client.get("/v1/companies?fields=id&limit=1")
                assert len(cache.entries) <= options.get("cache_entries", 30)
                assert cache.taken <= options.get("cache_bytes", 1 << 30)
                assert cache.taken == sum(entry.size for entry in cache.entries.values())
            # What was asked for again and again has stayed, what is far too large was never there.
            kept = {key[1] for key in cache.entries}
            assert b"fields=id&limit=1" in kept
            before = set(cache.entries)
            client.get("/v1/facts?limit=200", headers={"Accept-Encoding": "identity"})
            assert ("cache_entries" in options) == (set(cache.entries) != before)


def test_it_can_be_switched_off(client: TestClient) -> None:
    with pytest.raises(AttributeError):
        cache_of(client)


def test_without_a_revision_nothing_is_kept(fresh_url: str) -> None:
    for client in opened(fresh_url, seeded=False):
        assert client.get("/v1/companies").json()["total"] == 0
        assert len(cache_of(client).entries) == 0


PARAMETERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=6)


@given(PARAMETERS, st.randoms())
def test_the_key_knows_no_order_of_names(sent: list[tuple[str, str]], chance: Any) -> None:
    def key(pairs: list[tuple[str, str]]) -> Any:
        query = "&".join(f"{name}={value}" for name, value in pairs).encode()
        return _key({"path": "/", "query_string": query}, {})

    by_name = {name: [pair for pair in sent if pair[0] == name] for name in "abc"}
    names = [name for name, _ in sent]
    chance.shuffle(names)
    # Values of one name stay in order, which shows in what is answered.
    shuffled = [by_name[name].pop(0) for name in names]
    assert key(shuffled) == key(sent)
    if sorted(set(sent)) != sorted(set(sent[:-1])):
        assert key(sent[:-1]) != key(sent)


async def ask(app: FastAPI, path: str, query: bytes) -> bytes:
    """Return the body of an answer, from the application itself."""
    pieces: list[bytes] = []

    async def receive() -> Any:
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        pieces.append(message.get("body", b""))

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
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await app(scope, receive, send)
    return b"".join(pieces)
