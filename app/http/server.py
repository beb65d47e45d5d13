"""The server: uvicorn on sockets that are bound first, so that a wrong address is one line."""

import logging
import socket
from contextlib import ExitStack
from typing import Any

import uvicorn

from app.command import OperatorError
from app.settings import http_url

# The only logger that uvicorn sets up.
logger = logging.getLogger("uvicorn.error")
# Addresses that stand for all of a machine's, and the one of those that a browser can open.
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (nothing is bound to it here)


class _Server(uvicorn.Server):
    """A server that logs, once it has started, an address that opens in a browser."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the server."""
        await super().startup(sockets)
        for each in sockets or ():
            url = browser_url(*each.getsockname()[:2])
            logger.info("running on %s: open %s/, or curl %s/v1/companies", url, url, url)


def run(app: str, host: str, port: int, **options: Any) -> None:
    """Serve an application until stopped; raise KeyboardInterrupt after SIGINT."""
    _Server(uvicorn.Config(app, **options)).run(bind(host, port))


def bind(host: str, port: int) -> list[socket.socket]:
    """Return a listening socket for each address of a host; raise OperatorError without one."""
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # A name may have an address twice.
        found = list(dict.fromkeys(infos))
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise OperatorError(
            f"HOST is {host!r}: {reason}; it should be an address or a name of this machine, such"
            " as 127.0.0.1, or 0.0.0.0 for all (conda sets HOST to something else)"
        ) from error
    try:
        with ExitStack() as on_error:
            # With their protocol, or asyncio wouldn't send small packets at once.
            made = [on_error.enter_context(socket.socket(*each[:3])) for each in found]
            for each, (*_, address) in zip(made, found, strict=True):
                _listen(each, address)
            on_error.pop_all()
    except OSError as error:
        raise OperatorError(
            f"HOST is {host!r} and PORT is {port}: {error.strerror}; it should be an address of"
            " this machine, and a port that is free and that this user may take"
        ) from error
    return made


def _listen(made: socket.socket, address: Any) -> None:
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if made.family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind(address)
    # Until one listens, others can be bound to the same port.
    made.listen()


def browser_url(host: str, port: int) -> str:
    """Return the URL by which a browser on this machine opens an address."""
    return http_url(_WILDCARDS.get(host, host), port)
