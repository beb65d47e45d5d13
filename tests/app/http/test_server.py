"""The server's sockets, and the address that it prints."""

import socket
from contextlib import ExitStack

import pytest

from app.command import OperatorError
from app.http.server import bind, browser_url


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("192.0.2.1", 80, "http://192.0.2.1:80"),
        ("0.0.0.0", 8000, "http://127.0.0.1:8000"),  # noqa: S104
        ("::1", 8000, "http://[::1]:8000"),
        ("::", 8000, "http://[::1]:8000"),
    ],
)
def test_a_browser_opens_the_address(host: str, port: int, url: str) -> None:
    assert browser_url(host, port) == url


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_socket_listens_without_delaying_small_packets(host: str) -> None:
    with ExitStack() as opened:
        sockets = [opened.enter_context(each) for each in bind(host, 0)]
        for each in sockets:
            # asyncio switches the delay off for this protocol alone.
            assert each.proto == socket.IPPROTO_TCP
            socket.create_connection(each.getsockname()[:2], timeout=10).close()


@pytest.mark.parametrize("host", ["x86_64-conda-linux-gnu", "a..b", "нет.invalid", "a" * 70])
def test_a_host_that_is_none_is_named(host: str) -> None:
    with pytest.raises(OperatorError, match=r"^HOST is ") as raised:
        bind(host, 0)
    assert repr(host) in str(raised.value)


def test_an_address_that_cannot_be_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OperatorError, match=rf"PORT is {port}: Address already in use"):
            bind("127.0.0.1", port)
    # An address for documentation, RFC 5737.
    with pytest.raises(OperatorError, match=r"^HOST is '192\.0\.2\.1' and PORT is 0"):
        bind("192.0.2.1", 0)
