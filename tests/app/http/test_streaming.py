"""Streamed responses: headers, errors, and the connections and memory that they hold."""

import asyncio
import gzip
import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db.database import MAX_STREAMS
from app.formats import csv
from app.main import create_app
from app.settings import Settings, Tuning
from tests.app.formats.exchange import Exchange, Get, in_use, lines, pages, send_request
from tests.helpers import LISTS, StatementCounter
from tests.live_server import serving

EXPORTS = [
    "/v1/companies?format=csv",
    "/v1/facts?format=ndjson",
    "/v1/events?format=jsonld",
    "/v1/export",
]
IDENTITY = {"Accept-Encoding": "identity"}


def set_export_rows(app: Any, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the number of records that a running application reads at a time for an export."""
    monkeypatch.setattr(app.state.database, "tuning", Tuning(export_rows=rows))


@pytest.fixture
def own(seeded_url: str) -> Iterator[FastAPI]:
    """Yield a running application of the test's own; no stream may hold its connection after it."""
    app = create_app(Settings(database_url=seeded_url, access_log=False))
    with TestClient(app):
        yield app
        assert in_use(app) == 0


@pytest.fixture(scope="module")
def address(seeded_url: str) -> Iterator[str]:
    """Serve the seeded database."""
    with serving(seeded_url) as address:
        yield address


@pytest.mark.parametrize("path", EXPORTS)
def test_head_has_the_headers_of_get_alone(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    for name in ("etag", "last-modified", "content-type", "content-disposition", "cache-control"):
        assert head.headers[name] == get.headers[name]
    assert "accept-encoding" in head.headers["vary"].lower()


@pytest.mark.parametrize("path", EXPORTS)
def test_a_connection_stays_open_after_head(address: str, path: str) -> None:
    host, port = address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    for method in ("HEAD", "GET", "HEAD", "GET"):
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200
        assert bool(body) == (method == "GET")
        assert not response.will_close
    connection.close()


@pytest.mark.parametrize("path", EXPORTS)
def test_head_has_no_wrong_length(client: TestClient, path: str) -> None:
    assert client.head(path).headers.get("content-length") in {
        None,
        str(len(client.get(path, headers=IDENTITY).content)),
    }


@pytest.mark.parametrize("format", ["csv", "ndjson", "jsonld"])
def test_head_has_the_status_of_get(client: TestClient, format: str) -> None:
    path = f"/v1/companies?format={format}&cursor=abc"
    assert client.head(path).status_code == client.get(path).status_code == 422


@pytest.mark.parametrize("path", EXPORTS)
def test_the_weak_tag_revalidates_a_copy(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert tag.startswith('W/"')
    for condition in (
        {"If-None-Match": tag},
        {"If-None-Match": tag.removeprefix("W/")},
        {"If-None-Match": f'"other", {tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": modified},
    ):
        for again in (client.get(path, headers=condition), client.head(path, headers=condition)):
            assert again.status_code == 304, condition
            assert again.content == b""
            assert again.headers["etag"] == tag
            assert again.headers["last-modified"] == modified
            assert "content-type" not in again.headers
            assert "content-length" not in again.headers
    for condition in ({"If-None-Match": 'W/"other"'}, {"If-Modified-Since": "yesterday"}):
        assert client.get(path, headers=condition).status_code == 200


@pytest.mark.parametrize("path", EXPORTS)
def test_a_304_repeats_the_headers_that_caches_need(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    for name in ("cache-control", "vary"):
        assert again.headers[name] == first.headers[name]


def test_every_export_has_its_own_tag(client: TestClient) -> None:
    paths = [f"{path}?format={each}" for path in LISTS for each in ("csv", "ndjson", "jsonld")]
    paths += ["/v1/companies?format=csv&limit=3", "/v1/companies?format=csv&city=omsk"]
    tags = {client.head(path).headers["etag"] for path in [*paths, "/v1/export"]}
    assert len(tags) == len(paths) + 1
    negotiated = {
        client.head("/v1/companies", headers={"Accept": accepted}).headers["etag"]
        for accepted in ("text/csv", "application/x-ndjson", "application/ld+json")
    }
    assert len(negotiated) == 3


@pytest.mark.parametrize("path", EXPORTS)
def test_gzip_decompresses_to_the_uncompressed_body(
    client: TestClient, address: str, path: str
) -> None:
    plain = client.get(path, headers=IDENTITY)
    assert "content-encoding" not in plain.headers
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as response:
        compressed = b"".join(response.iter_raw())
    with (
        httpx.Client(base_url=f"http://{address}") as live,
        live.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as served,
    ):
        assert b"".join(served.iter_raw()) == compressed
    if path == "/v1/export":
        assert compressed == plain.content
    else:
        assert response.headers["content-encoding"] == "gzip"
        assert gzip.decompress(compressed) == plain.content
        assert len(compressed) < len(plain.content)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v1/companies?format=csv&facet=city", "query.facet"),
        ("/v1/companies?format=ndjson&facet=city", "query.facet"),
        ("/v1/companies?format=jsonld&facet=city", "query.facet"),
        ("/v1/companies?format=csv&include=facts", "query.include"),
        ("/v1/companies?format=csv&cursor=abc", "query.cursor"),
        ("/v1/companies?format=ndjson&cursor=abc", "query.cursor"),
        ("/v1/companies?format=jsonld&cursor=abc", "query.cursor"),
        ("/v1/companies?format=csv&limit=0", "query.limit"),
        ("/v1/companies?format=csv&limit=201", "query.limit"),
        ("/v1/companies?format=csv&colour=red", "query.colour"),
        ("/v1/companies?format=csv&format=json", "query.format"),
        ("/v1/export?format=csv", "query.format"),
    ],
)
def test_an_export_rejects_unsupported_parameters(
    client: TestClient, path: str, wrong: str
) -> None:
    response = client.get(path)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert "content-disposition" not in response.headers
    problem = response.json()
    assert problem["type"] == "/problems/invalid-request"
    assert [error["where"].startswith(wrong) for error in problem["errors"]] in ([True], [True] * 2)


def test_a_negotiated_export_rejects_the_same_parameters(client: TestClient) -> None:
    for parameters in ({"facet": "city"}, {"include": "facts"}):
        response = client.get("/v1/companies", params=parameters, headers={"Accept": "text/csv"})
        assert response.status_code == 422
        # The same parameters are valid for JSON.
        assert client.get("/v1/companies", params=parameters).status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_a_limit_is_respected(client: TestClient, get: Get, path: str) -> None:
    total = get(path)["total"]
    for limit in (1, 3, 200):
        parameters: dict[str, Any] = {"limit": limit}
        expected = get(path, **parameters)["items"]
        assert len(expected) == min(limit, total)
        assert lines(client.get(path, params={"format": "ndjson", **parameters}).text) == expected
        nodes = client.get(path, params={"format": "jsonld", **parameters}).json()["@graph"]
        assert len(nodes) == len(expected)
        rows = client.get(path, params={"format": "csv", "fields": "id", **parameters}).text
        assert rows.splitlines()[1:] == [item["id"] for item in expected]


def test_a_limit_over_one_chunk_is_respected(
    client: TestClient, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = get("/v1/facts", limit=5)["items"]
    for chunk in (1, 2, 5, 6):
        set_export_rows(client.app, chunk, monkeypatch)
        text = client.get("/v1/facts", params={"format": "ndjson", "limit": 5}).text
        assert lines(text) == expected


@pytest.mark.parametrize("path", ["/v1/companies", "/v1/facts"])
def test_an_export_resumes_at_a_cursor(client: TestClient, get: Get, path: str) -> None:
    whole = pages(get, path, limit=200)
    cursor = parse_qs(urlsplit(get(path, limit=5)["next"]).query)["cursor"][0]
    rest = lines(client.get(path, params={"format": "ndjson", "cursor": cursor}).text)
    assert rest == whole[5:]
    some = {"format": "ndjson", "cursor": cursor, "limit": "2"}
    assert lines(client.get(path, params=some).text) == whole[5:7]
    rows = client.get(path, params={"format": "csv", "fields": "id", "cursor": cursor}).text
    assert rows.splitlines()[1:] == [item["id"] for item in whole[5:]]


@pytest.mark.parametrize("format", ["csv", "ndjson", "jsonld"])
def test_the_size_of_the_chunks_changes_nothing(
    own: FastAPI, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    whole = send_request(own, f"/v1/facts?format={format}").body
    for chunk in (1, 7, 279, 280):
        set_export_rows(own, chunk, monkeypatch)
        assert send_request(own, f"/v1/facts?format={format}").body == whole


@pytest.mark.parametrize("format", ["csv", "ndjson", "jsonld"])
def test_a_chunk_is_sent_before_the_next_is_read(
    application: FastAPI, statements: StatementCounter, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    set_export_rows(application, 2, monkeypatch)
    counts: list[int] = []
    sizes: list[int] = []

    async def count(chunk: bytes) -> None:
        counts.append(len(statements.seen))
        sizes.append(len(chunk))

    exchange = send_request(application, f"/v1/facts?format={format}", count)
    assert exchange.is_whole
    # One statement each for the revision and the stored counts; then one for every chunk.
    assert counts[:3] == [3, 4, 5]
    assert len(counts) >= 140
    assert max(sizes) < len(exchange.body) / 10


async def _begin_streams(
    app: FastAPI, target: str, size: int
) -> tuple[list[Exchange], list[Any], Any]:
    """Begin streams whose clients receive only the first chunk until the event is set."""
    go = asyncio.Event()
    begun = asyncio.Semaphore(0)

    async def hold(_chunk: bytes) -> None:
        begun.release()
        await go.wait()

    streams = [Exchange(app, target, hold) for _ in range(size)]
    tasks = [asyncio.create_task(each.run()) for each in streams]
    for _ in range(size):
        await asyncio.wait_for(begun.acquire(), 20)
    return streams, tasks, go


@pytest.mark.parametrize("target", ["/v1/facts?format=csv", "/v1/export"])
def test_streams_over_the_limit_are_a_503(own: FastAPI, target: str) -> None:
    async def scenario() -> None:
        streams, tasks, go = await _begin_streams(own, target, MAX_STREAMS)
        for path in (target, "/v1/places?format=jsonld", "/v1/export"):
            late = await Exchange(own, path).run()
            assert late.status == 503
            assert late.headers["content-type"] == "application/problem+json"
            assert int(late.headers["retry-after"]) > 0
            assert late.headers["cache-control"] == "no-store"
            assert b'"/problems/unavailable"' in late.body
        # Complete responses need no stream.
        assert (await Exchange(own, "/v1/facts").run()).status == 200
        # A client that disconnects releases its stream,
        streams[0].gone.set()
        await asyncio.wait_for(tasks[0], 20)
        assert not streams[0].is_whole
        assert in_use(own) == MAX_STREAMS - 1
        late = await Exchange(own, target).run()
        assert (late.status, late.is_whole) == (200, True)
        # and so does one that receives everything.
        go.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)
        assert all(each.is_whole for each in streams[1:])
        assert in_use(own) == 0
        _, tasks, go = await _begin_streams(own, target, MAX_STREAMS)
        go.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)

    asyncio.run(scenario())


def test_complete_responses_release_their_stream(own: FastAPI) -> None:
    client = TestClient(own)
    tag = client.get("/v1/companies?format=csv").headers["etag"]
    for _ in range(MAX_STREAMS + 1):
        assert client.get("/v1/companies?format=ndjson&cursor=abc").status_code == 422
        assert client.get("/v1/companies?format=csv&cursor=abc").status_code == 422
        assert client.head("/v1/companies?format=csv").status_code == 200
        again = client.get("/v1/companies?format=csv", headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert client.get("/v1/companies?format=csv").status_code == 200
    assert in_use(own) == 0


def test_a_failed_stream_releases_its_connection(
    own: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_export_rows(own, 2, monkeypatch)

    for _ in range(MAX_STREAMS + 1):
        with monkeypatch.context() as patch:

            async def fail(_chunk: bytes, patch: pytest.MonkeyPatch = patch) -> None:
                patch.setattr(csv, "cell", None)

            with pytest.raises(TypeError):
                send_request(own, "/v1/facts?format=csv", fail)
    assert in_use(own) == 0
    assert send_request(own, "/v1/facts?format=csv").is_whole


def test_disconnecting_clients_leave_the_server_available(address: str) -> None:
    with httpx.Client(base_url=f"http://{address}", timeout=10) as live:
        for _ in range(3 * MAX_STREAMS):
            with live.stream("GET", "/v1/export") as response:
                assert response.status_code == 200
                next(response.iter_raw(100))
        assert live.get("/v1/companies").status_code == 200


@pytest.mark.parametrize("path", EXPORTS)
def test_an_empty_database_has_empty_exports(fresh_url: str, path: str) -> None:
    with TestClient(create_app(Settings(database_url=fresh_url, access_log=False))) as client:
        assert client.get(path).status_code == 200


def test_repeated_accept_headers_are_joined(client: TestClient) -> None:
    headers = [("Accept", "image/png"), ("Accept", "text/csv")]
    response = client.get("/v1/companies", headers=headers)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"


def test_the_facts_of_a_document_are_a_field(client: TestClient, get: Get) -> None:
    (document,) = get("/v1/documents", fields="name")["items"]
    assert document.keys() == {"id", "name"}
    (document,) = get("/v1/documents", fields="facts")["items"]
    assert document.keys() == {"id", "facts"}
