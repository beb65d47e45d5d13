"""The server process, as seen from the network."""

import http.client
import json
import resource
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from app.__main__ import server_options
from app.http.connections import ConnectionLimits, max_connections
from app.settings import Settings
from tests.helpers import ROOT
from tests.live_server import server_process, serving


@pytest.fixture(scope="module")
def address(seeded_url: str) -> Iterator[str]:
    """Serve the seeded database."""
    with serving(seeded_url) as address:
        yield address


def raw(address: str, request: bytes) -> tuple[bytes, bytes]:
    """Send raw bytes; return the head and the body of the response."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        response = b""
        while chunk := connection.recv(65536):
            response += chunk
    head, _, body = response.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    "request_line",
    ["GET /v1/companies?q=омск HTTP/1.1".encode(), b"NONSENSE", b"GET / HTTP/9.9", b"\x16\x03\x01"],
)
def test_invalid_http_is_a_problem(address: str, request_line: bytes) -> None:
    head, body = raw(address, request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == 400


def test_a_query_over_the_limit_is_a_414(address: str) -> None:
    line = b"GET /v1/companies?q=" + b"a" * 60_000 + b" HTTP/1.1"
    head, body = raw(address, line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 ")
    assert json.loads(body)["type"] == "/problems/uri-too-long"


def test_no_header_names_the_software(address: str) -> None:
    with httpx.Client(base_url=f"http://{address}") as client:
        for path in ("/v1/companies", "/v1/nothing", "/docs"):
            headers = client.get(path).headers
            assert "server" not in headers
            assert "x-powered-by" not in headers
            assert "date" in headers


@pytest.mark.parametrize("path", ["/v1/companies", "/v1/nothing", "/v1/companies?limit=0", "/docs"])
def test_a_connection_stays_open_after_head(address: str, path: str) -> None:
    host, port = address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    for method in ("HEAD", "GET", "HEAD", "OPTIONS", "GET"):
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        assert response.status < 500
        assert bool(body) == (method == "GET" or (response.status == 404 and method != "HEAD"))
        assert not response.will_close
    connection.close()


def test_sigterm_ends_open_streams_after_the_grace(seeded_url: str) -> None:
    limits = ConnectionLimits(grace_seconds=1)
    with server_process(seeded_url, limits) as (address, process):
        host, port = address.split(":")
        request = b"GET /v1/facts?format=jsonld HTTP/1.1\r\nHost: x\r\n\r\n"
        with (
            socket.create_connection((host, int(port)), timeout=10) as stalled,
            socket.create_connection((host, int(port)), timeout=10) as idle,
        ):
            # The responses exceed the buffers of the kernel, and the client reads only a part.
            stalled.sendall(request * 100)
            assert stalled.recv(1000)
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"alive\n"):
                answer += idle.recv(10_000)
            began = time.monotonic()
            process.terminate()
            assert idle.recv(10_000) == b""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((host, int(port)), timeout=10)
            assert process.poll() is None
            assert process.wait(timeout=10) is not None
            assert time.monotonic() - began >= 1
        assert process.stderr is not None
        log = process.stderr.read()
    assert "Finished server process" in log
    assert "ERROR" not in log
    assert "Traceback" not in log


def test_sigterm_lets_a_response_end(seeded_url: str) -> None:
    with server_process(seeded_url) as (address, process):
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            request = b"GET /v1/facts?format=jsonld HTTP/1.1\r\nHost: x\r\n\r\n"
            connection.sendall(request * 40)
            received = connection.recv(1000)
            process.terminate()
            while chunk := connection.recv(65536):
                received += chunk
        assert received.count(b"HTTP/1.1 200 OK") == 40
        assert received.endswith(b"\r\n0\r\n\r\n")


def test_the_largest_grace_is_less_than_that_of_docker() -> None:
    # docker stop, and compose, kill ten seconds after SIGTERM.
    options = server_options(Settings())
    assert ConnectionLimits().grace_seconds < 10 < options["timeout_graceful_shutdown"]


@pytest.mark.parametrize(
    ("files", "connections"),
    [(64, 50), (256, 56), (1024, 824), (1_048_576, 1000), (resource.RLIM_INFINITY, 1000)],
)
def test_connections_leave_files_for_the_database(
    monkeypatch: pytest.MonkeyPatch, files: int, connections: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert max_connections() == connections


def test_the_stated_limits_are_those_of_production() -> None:
    text = " ".join((ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split())
    limits = ConnectionLimits()
    for stated in (
        f"{limits.head_bytes // 1024} kB",
        f"{limits.head_seconds:g} seconds",
        f"{limits.pipelined} requests",
        f"{limits.connections:,} connections",
        f"{limits.grace_seconds:g} seconds",
    ):
        assert stated in text, stated
