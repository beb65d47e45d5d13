"""The HTTP protocol on the wire: bytes in, bytes out, and what becomes of the connection.

The table shows what depends on uvicorn's insides, so that an upgrade that changes them is noticed.
"""

import asyncio
import gzip
import json
import logging
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from app.http.connections import ConnectionLimits
from app.http.protocol import make_protocol
from app.main import create_app
from app.settings import Settings, Tuning
from tests.app.formats.exchange import in_use
from tests.helpers import eventually
from tests.live_server import serving_in_thread

QUICK = ConnectionLimits(head_seconds=0.5, stream_seconds=0.5, check_seconds=0.05)
EXPORT = "/v1/facts?format=jsonld"


class Response(NamedTuple):
    """A response as it was framed: by its length, in chunks, by the end, or without a body."""

    status: int
    framing: str
    headers: dict[str, str]
    body: bytes


def parse(data: bytes, method: str = "GET") -> tuple[list[Response], bytes]:
    """Return the whole responses in received bytes, and the bytes of the one after them."""
    found = []
    while b"\r\n\r\n" in data:
        head, _, rest = data.partition(b"\r\n\r\n")
        line, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        status = int(line.split(" ")[1])
        framing, body = "end", rest
        if status < 200 or method == "HEAD":
            framing, body = "none", b""
        elif "content-length" in headers:
            length = int(headers["content-length"])
            if len(rest) < length:
                break
            framing, body, rest = "length", rest[:length], rest[length:]
        elif "transfer-encoding" in headers:
            framing, body = "chunks", b""
            while b"\r\n" in rest:
                size, _, rest = rest.partition(b"\r\n")
                length = int(size, 16)
                body, rest = body + rest[:length], rest[length + 2 :]
                if not length:
                    break
            else:
                break
        else:
            rest = b""
        found.append(Response(status, framing, headers, body))
        data = rest
    return found, data


class Connection:
    """A client's connection."""

    def __init__(self, address: str, receive_buffer: int | None = None) -> None:
        host, port = address.split(":")
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect((host, int(port)))

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        """Send pieces of a request."""
        for piece in pieces:
            self.socket.sendall(piece)

    def receive(self, number: int, method: str = "GET") -> list[Response]:
        """Return the next ``number`` responses."""
        data = b""
        while len(parse(data, method)[0]) < number:
            chunk = self.socket.recv(65536)
            assert chunk, f"the connection ended after {data!r}"
            data += chunk
        found, rest = parse(data, method)
        assert rest == b""
        return found

    def receive_all(self, method: str = "GET") -> list[Response]:
        """Return the responses until the connection ends."""
        found, rest = parse(self.receive_bytes(), method)
        assert rest == b""
        return found

    def receive_bytes(self) -> bytes:
        """Return what is received until the connection ends."""
        data = b""
        while chunk := self.socket.recv(65536):
            data += chunk
        return data

    def has_ended(self) -> bool:
        """Return whether the server has closed or reset the connection."""
        self.socket.settimeout(0)
        try:
            return self.socket.recv(65536) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


def request(target: str = "/healthz", *headers: str, method: str = "GET", host: str = "x") -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


GET = request()


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the messages that the server has logged, its access log aside."""
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


def make_application(url: str) -> FastAPI:
    """Return an application that reads few records at a time, for one server."""
    return create_app(Settings(database_url=url, access_log=False), Tuning(export_rows=5))


@pytest.fixture(scope="module")
def address(seeded_url: str) -> Iterator[str]:
    """Serve with the limits of production."""
    with serving_in_thread(make_application(seeded_url)) as address:
        yield address


@pytest.fixture(scope="module")
def application(seeded_url: str) -> FastAPI:
    """Return the application behind ``quick``."""
    return make_application(seeded_url)


@pytest.fixture(scope="module")
def quick(application: FastAPI) -> Iterator[str]:
    """Serve with short timeouts and small buffers."""
    with serving_in_thread(application, QUICK, send_buffer=4096) as address:
        yield address


H2C = request("/healthz", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")
WEBSOCKET = request(
    "/healthz",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)
POST = "/v1/companies"
CHUNKED = "Transfer-Encoding: chunked"
LENGTH = "Content-Length: 5"

# Request, the responses' statuses with their framing, and whether the connection stays open.
TABLE: dict[str, tuple[bytes, str, bool]] = {
    # Versions and ends of connections
    "a request": (GET, "200 length", True),
    "Connection: close": (request("/healthz", "Connection: close"), "200 length", False),
    "a request after close": (request("/healthz", "Connection: close") + GET, "200 length", False),
    "empty lines first": (b"\r\n\r\n" + GET, "200 length", True),
    "five requests": (GET * 5, " ".join(["200 length"] * 5), True),
    "rubbish after a request": (GET + b"\x16\x03\x01\r\n", "200 length", False),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\r\n", "400 length", False),
    "line feeds alone": (GET.replace(b"\r", b""), "400 length", False),
    "a stream": (request(f"{EXPORT}&limit=2"), "200 chunks", True),
    "a stream to 1.0": (b"GET /v1/facts?format=csv HTTP/1.0\r\n\r\n", "200 end", False),
    "JSON to 1.0": (b"GET /healthz HTTP/1.0\r\n\r\n", "200 length", False),
    "1.0 keep-alive": (
        b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "200 length",
        False,
    ),
    "404 to 1.0": (b"GET /v1/none HTTP/1.0\r\n\r\n", "404 length", False),
    "1.0 expects no 100": (
        b"POST /v1/facts?format=csv HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
        "405 length",
        False,
    ),
    "0.9": (b"GET /healthz\r\n\r\n", "200 length", False),
    "1.2": (b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n", "400 length", False),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 length", False),
    # Host
    "no Host": (b"GET /healthz HTTP/1.1\r\n\r\n", "400 length", False),
    "two Hosts": (request("/healthz", "Host: x"), "400 length", False),
    "an empty Host": (request(host=""), "200 length", True),
    "a Host with a port": (request(host="pobratim.example:8000"), "200 length", True),
    "an IPv6 Host": (request(host="[::1]:8000"), "200 length", True),
    "a Host of two words": (request(host="a b"), "400 length", False),
    "a Host with a path": (request(host="a/b"), "400 length", False),
    "a Host with a user": (request(host="a@b"), "400 length", False),
    "a Host with a word as port": (request(host="a:b"), "400 length", False),
    "no Host in a second request": (
        GET + b"GET /healthz HTTP/1.1\r\n\r\n",
        "200 length",
        False,
    ),
    "no Host after a request of 1.0": (
        b"GET /healthz HTTP/1.0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
        "200 length",
        False,
    ),
    # Targets and methods
    "an absolute target": (request("http://x/healthz"), "200 length", True),
    "an absolute target without a path": (request("http://x"), "400 length", False),
    "a target without a slash": (request("healthz"), "400 length", False),
    "OPTIONS *": (request("*", method="OPTIONS"), "404 length", True),
    "CONNECT": (request("x:443", method="CONNECT"), "400 length", False),
    "TRACE": (request(method="TRACE"), "405 length", True),
    "an unknown method": (request(method="FOO"), "400 length", False),
    # Framing of bodies, as smuggling abuses it
    "length and chunks": (
        request(POST, LENGTH, CHUNKED, method="POST") + b"0\r\n\r\n",
        "400 length",
        False,
    ),
    "chunks and length": (request("/healthz", CHUNKED, LENGTH) + b"0\r\n\r\n", "400 length", False),
    "two lengths": (
        request("/healthz", LENGTH, "Content-Length: 6") + b"hello!",
        "400 length",
        False,
    ),
    "a length twice": (request("/healthz", LENGTH, LENGTH) + b"hello", "400 length", False),
    "a negative length": (request("/healthz", "Content-Length: -5"), "400 length", False),
    "a space before the colon": (
        request("/healthz", "Content-Length : 5") + b"hello",
        "400 length",
        False,
    ),
    "no coding that is known": (
        request("/healthz", "Transfer-Encoding: xchunked") + b"0\r\n\r\n",
        "400 length",
        False,
    ),
    "chunks that aren't last": (
        request("/healthz", "Transfer-Encoding: chunked, gzip") + b"0\r\n\r\n",
        "400 length",
        False,
    ),
    "a size that is no number": (request("/healthz", CHUNKED) + b"zz\r\n", "400 length", False),
    "a folded header": (request("/healthz", "X: a", " b"), "400 length", False),
    "a null byte": (request("/healthz", "X: a\0b"), "400 length", False),
    "a carriage return in a value": (request("/healthz", "X: a\rb"), "400 length", False),
    # Bodies
    "a body of GET": (request("/healthz", LENGTH) + b"hello", "200 length", True),
    "a body of POST": (request(POST, LENGTH, method="POST") + b"hello", "405 length", True),
    "a large body": (
        request(POST, "Content-Length: 1000000", method="POST") + bytes(1_000_000),
        "405 length",
        True,
    ),
    "chunks": (
        request("/healthz", CHUNKED) + b"5;a=b\r\nhello\r\n0\r\n\r\n",
        "200 length",
        True,
    ),
    "trailers": (request("/healthz", CHUNKED) + b"0\r\nA: b\r\n\r\n", "200 length", True),
    "Expect where no body is read": (
        request("/healthz", LENGTH, "Expect: 100-continue") + b"hello",
        "200 length",
        True,
    ),
    # Upgrades
    "h2c": (H2C, "200 length", True),
    "h2c and more": (H2C + H2C + GET, "200 length 200 length 200 length", True),
    "h2c with a body": (
        request("/healthz", "Connection: Upgrade", "Upgrade: h2c", f"Content-Length: {len(GET)}")
        + GET,
        "200 length",
        False,
    ),
    "WebSocket": (WEBSOCKET, "200 length", True),
    # Limits
    "a target over the application's limit": (request("/" + "a" * 20_000), "414 length", True),
    "a target of a megabyte": (request("/" + "a" * 1_000_000), "414 length", False),
    "the beginning of a target": (request("/" + "a" * 100_000)[:100_000], "414 length", False),
    "a megabyte of headers": (request("/healthz", *["X: a"] * 200_000), "431 length", False),
    "the beginning of headers": (
        request("/healthz", *["X: a"] * 20_000)[:100_000],
        "431 length",
        False,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_request_is_answered_as_the_table_says(address: str, name: str) -> None:
    sent, expected, stays_open = TABLE[name]
    with Connection(address) as connection:
        connection.send(sent)
        if stays_open:
            found = connection.receive(len(expected.split()) // 2)
            connection.send(GET)
            assert connection.receive(1)[0].status == 200
        else:
            found = connection.receive_all()
            assert found[-1].headers.get("connection", "close") == "close"
    assert " ".join(f"{each.status} {each.framing}" for each in found) == expected
    for each in found:
        assert "date" in each.headers
        if each.status >= 400:
            assert each.headers["content-type"] == "application/problem+json"
            problem = json.loads(each.body)
            assert problem["status"] == each.status
            with Connection(address) as other:
                other.send(request(problem["type"]))
                assert other.receive(1)[0].status == 200


def test_100_continue_is_sent_before_a_stream(address: str) -> None:
    with Connection(address) as connection:
        connection.send(request(f"{EXPORT}&limit=2", LENGTH, "Expect: 100-continue"))
        found = connection.receive(2)
        assert [(each.status, each.framing) for each in found] == [(100, "none"), (200, "chunks")]
        connection.send(b"hello", GET)
        assert connection.receive(1)[0].status == 200


def test_a_trailer_is_no_header(address: str) -> None:
    with Connection(address) as connection:
        connection.send(request("/v1/places", CHUNKED) + b"0\r\nAccept: text/csv\r\n\r\n")
        assert connection.receive(1)[0].headers["content-type"] == "application/json"


def test_a_stream_to_http_1_0_is_bare(address: str) -> None:
    target = "/v1/facts?format=csv"
    with Connection(address) as connection:
        connection.send(request(target))
        (chunked,) = connection.receive(1)
    bare: dict[str, Response] = {}
    for header in ("", "Accept-Encoding: gzip\r\n"):
        with Connection(address) as connection:
            connection.send(f"GET {target} HTTP/1.0\r\n{header}\r\n".encode())
            (bare[header],) = connection.receive_all()
        assert bare[header].headers["connection"] == "close"
    assert bare[""].body == chunked.body
    assert gzip.decompress(bare["Accept-Encoding: gzip\r\n"].body) == chunked.body


@pytest.mark.parametrize("target", ["/v1/facts?format=csv", "/v1/companies", "/v1/none"])
def test_head_to_http_1_0_has_no_body(address: str, target: str) -> None:
    with Connection(address) as connection:
        connection.send(f"HEAD {target} HTTP/1.0\r\n\r\n".encode())
        assert connection.receive_bytes().count(b"\r\n\r\n") == 1


def test_a_connection_stays_open_between_head_and_get(address: str) -> None:
    with Connection(address) as connection:
        for method in ("HEAD", "GET", "HEAD", "GET"):
            connection.send(request(method=method))
            (found,) = connection.receive(1, method)
            assert found.status == 200


def head(size: int, filler: str) -> bytes:
    """Return the head of a request with a number of bytes."""
    if filler == "target":
        return request("/healthz?" + "a" * (size - len(request("/healthz?"))))
    if filler == "value":
        return request("/healthz", "X: " + "a" * (size - len(request("/healthz", "X: "))))
    lines, rest = divmod(size - len(request()), len("X-1: a\r\n"))
    return request("/healthz", *["X-1: a"] * (lines - 1), "X-1: a" + "a" * rest)


@pytest.mark.parametrize("piece", [100_000, 16_384, 9_001, 1_000])
@pytest.mark.parametrize("filler", ["value", "lines", "target"])
@pytest.mark.parametrize("size", [65_400, 65_536, 65_537, 65_600])
def test_a_head_has_at_most_64_kb(address: str, size: int, filler: str, piece: int) -> None:
    sent = head(size, filler)
    assert len(sent) == size
    with Connection(address) as connection:
        connection.send(GET)
        assert connection.receive(1)[0].status == 200
        connection.send(*[sent[at : at + piece] for at in range(0, size, piece)])
        if size <= 65_536:
            # The application's own limit of a target is less.
            assert connection.receive(1)[0].status == (414 if filler == "target" else 200)
            connection.send(GET)
            assert connection.receive(1)[0].status == 200
        else:
            (found,) = connection.receive_all()
            assert found.status == (414 if filler == "target" else 431)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return data in pieces that end at the cuts."""
    ends = sorted({cut % len(data) for cut in cuts} | {len(data)} - {0})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


class FakeTransport(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.has_ended = False

    def write(self, data: Any) -> None:
        """Keep bytes."""
        self.written += bytes(data)

    def write_eof(self) -> None:
        """Note the end."""
        self.has_ended = True

    def close(self) -> None:
        """Note the end."""
        self.has_ended = True

    def is_closing(self) -> bool:
        """Return whether it has ended."""
        return self.has_ended

    def pause_reading(self) -> None:
        """Read on."""

    def resume_reading(self) -> None:
        """Read on."""


async def _exchange(pieces: list[bytes], limits: ConnectionLimits) -> bytes:
    """Return what is written while pieces of data are received, each after all responses."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body"})

    config = uvicorn.Config(app, log_config=None, ws="none", proxy_headers=False)
    transport = FakeTransport()
    connection = make_protocol(limits)(config, ServerState(), {}, asyncio.get_running_loop())
    connection.connection_made(transport)
    for piece in pieces:
        connection.data_received(piece)
        while connection.tasks:
            await asyncio.sleep(0)
    connection.connection_lost(None)
    return transport.written


@given(
    sizes=st.lists(st.integers(60, 700), min_size=1, max_size=4),
    filler=st.sampled_from(["value", "lines", "target"]),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
)
def test_the_pieces_of_a_head_make_no_difference(
    sizes: list[int], filler: str, cuts: list[int]
) -> None:
    limits = ConnectionLimits(head_bytes=400)
    pieces = split(b"".join(head(size, filler) for size in sizes), cuts)
    found, rest = parse(asyncio.run(_exchange(pieces, limits)), "HEAD")
    fitting = [size <= 400 for size in sizes]
    answered = fitting.index(False) if False in fitting else len(sizes)
    statuses = [each.status for each in found]
    assert statuses[:answered] == [204] * answered
    rejections = statuses[answered:]
    assert rejections in ([], [414], [431])
    # A request behind one that is being answered is rejected by the end of the connection alone.
    assert rejections or answered
    assert len(rejections) <= len(sizes) - answered
    assert not rest or rejections


def test_trailers_have_a_limit(address: str) -> None:
    with Connection(address) as connection:
        connection.send(request("/healthz", CHUNKED), b"0\r\n")
        assert connection.receive(1)[0].status == 200
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            connection.send(*[b"X: a\r\n" * 10_000] * 1_000)


def test_waiting_requests_have_a_limit(seeded_url: str) -> None:
    app, limits = make_application(seeded_url), ConnectionLimits(pipelined=3)
    with serving_in_thread(app, limits) as address, Connection(address) as connection:
        connection.send(GET * 20)
        assert [each.status for each in connection.receive_all()] == [200] * 4
        # Requests that wait for no other have no limit.
        with Connection(address) as patient:
            for _ in range(20):
                patient.send(GET)
                assert patient.receive(1)[0].status == 200


@pytest.mark.parametrize("target", ["/healthz", "/v1/search?q=омск", "/v1/facts?format=csv"])
@pytest.mark.parametrize("number", [1, 5])
def test_a_client_that_only_receives_gets_its_responses(
    address: str, target: str, number: int
) -> None:
    target = target.replace("омск", "%D0%BE%D0%BC%D1%81%D0%BA")
    with Connection(address) as connection:
        connection.send(request(target) * number)
        connection.socket.shutdown(socket.SHUT_WR)
        found = connection.receive_all()
        assert [each.status for each in found] == [200] * number
        assert len({each.body for each in found if target != "/healthz"}) <= 1


def test_a_client_that_ends_amid_a_request_is_disconnected(address: str) -> None:
    for sent in (b"", b"GET /healthz HTTP/1.1\r\nHo", request(POST, LENGTH, method="POST")[:-2]):
        with Connection(address) as connection:
            connection.send(sent)
            connection.socket.shutdown(socket.SHUT_WR)
            assert connection.receive_bytes() == b""


def test_a_websocket_handshake_is_a_get_that_nothing_logs(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Connection(address) as connection:
        for _ in range(5):
            connection.send(WEBSOCKET, H2C)
            assert [each.status for each in connection.receive(2)] == [200, 200]
        connection.send(b"\r\nrubbish\r\n")
        assert [each.status for each in connection.receive_all()] == [400]
    assert not logged(caplog)


# What the client sends first, and what it repeats.
SLOW = {
    "nothing": (b"", b""),
    "a part of a head": (b"GET /healthz HTTP/1.1\r\nX: ", b"a"),
    "empty lines": (GET, b"\r\n"),
    "a part of the next head": (GET, b"G"),
    "a part of a body": (request(POST, "Content-Length: 100000", method="POST"), b"a"),
    "a part of a chunked body": (request("/healthz", CHUNKED), b"1\r\na\r\n"),
    "something after a rejection": (b"rubbish\r\n\r\n", b"a"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_head_or_body_ends_the_connection(quick: str, name: str) -> None:
    first, more = SLOW[name]
    with Connection(quick) as connection:
        connection.send(first)

        def has_ended() -> bool:
            try:
                connection.send(more)
            except OSError:
                return True
            return connection.has_ended() if not more else False

        eventually(has_ended)


def test_a_client_that_keeps_requesting_stays_connected(quick: str) -> None:
    end = time.monotonic() + 4 * QUICK.head_seconds
    with Connection(quick) as connection:
        while time.monotonic() < end:
            connection.send(GET[:20], GET[20:])
            assert connection.receive(1)[0].status == 200


def test_connections_over_the_limit_are_a_503(
    seeded_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    limits = ConnectionLimits(connections=3, head_seconds=0.5, check_seconds=0.05)
    with serving_in_thread(make_application(seeded_url), limits) as address:
        silent = [Connection(address) for _ in range(3)]
        for _ in range(4):
            with Connection(address) as late:
                (found,) = late.receive_all()
            assert found.status == 503
            assert int(found.headers["retry-after"]) > 0
            assert found.headers["cache-control"] == "no-store"
            assert json.loads(found.body)["type"] == "/problems/unavailable"

        def is_served() -> bool:
            with Connection(address) as connection:
                connection.send(GET)
                return connection.receive(1)[0].status == 200

        # The silent connections end, and make room.
        eventually(is_served)
        for each in silent:
            each.socket.close()
    assert logged(caplog) == ["too many connections: 1 refused, at most 3 are served at a time"]


def test_a_client_that_takes_nothing_is_disconnected(
    application: FastAPI, quick: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Connection(quick, receive_buffer=4096) as connection:
        connection.send(request(EXPORT))
        eventually(lambda: in_use(application) == 1)
        eventually(lambda: in_use(application) == 0)
        eventually(lambda: logged(caplog) != [])
    assert logged(caplog) == ["a client took nothing of /v1/facts for 0.5 seconds"]


@pytest.mark.parametrize("number", [1, 3])
def test_a_client_that_resets_its_connection_ends_its_export(
    application: FastAPI, quick: str, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    with Connection(quick, receive_buffer=4096) as connection:
        connection.send(request(EXPORT) * number)
        eventually(lambda: in_use(application) == 1)
        assert connection.socket.recv(100)
        linger = struct.pack("ii", 1, 0)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    eventually(lambda: in_use(application) == 0)
    assert not logged(caplog)


def test_a_client_that_takes_little_but_steadily_is_served(quick: str, address: str) -> None:
    with Connection(address) as connection:
        connection.send(request(EXPORT))
        (expected,) = connection.receive(1)
    began = time.monotonic()
    with Connection(quick, receive_buffer=4096) as connection:
        connection.send(request(EXPORT))
        data = b""
        # Its pace: 8 kB at most ten times a second, about 30 kB/s in all.
        while not data.endswith(b"\r\n0\r\n\r\n"):
            chunk = connection.socket.recv(8192)
            assert chunk
            data += chunk
            time.sleep(0.1)
    assert time.monotonic() - began > 3 * QUICK.stream_seconds
    assert parse(data)[0][0].body == expected.body
