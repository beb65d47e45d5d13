"""The connections of a server: their limits, and the timer that checks their progress."""

import asyncio
import logging
import resource
import sys
from collections.abc import Collection
from dataclasses import dataclass
from fcntl import ioctl
from termios import TIOCOUTQ
from typing import Any

logger = logging.getLogger(__name__)

_MAX_CONNECTIONS = 1000
_MIN_CONNECTIONS = 50
# 48 connections to PostgreSQL take a file each, 16 to SQLite three; the rest is for the process.
_OTHER_FILES = 200
_LOG_INTERVAL = 60.0


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits of a server's connections.

    ``head_bytes`` bounds a request line with its headers, and again what a body has beside its
    content: chunk sizes and trailers. A client may take ``head_seconds`` to send a head or the rest
    of a body, and none of a response for ``stream_seconds``. ``pipelined`` requests may wait for
    the responses before theirs. Responses have ``grace_seconds`` to end after SIGTERM. Progress is
    checked every ``check_seconds``.
    """

    head_bytes: int = 65_536
    head_seconds: float = 10.0
    stream_seconds: float = 30.0
    pipelined: int = 100
    connections: int = _MAX_CONNECTIONS
    grace_seconds: float = 8.0
    check_seconds: float = 1.0


def max_connections() -> int:
    """Return the number of connections that the limit of open files of this process allows."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MAX_CONNECTIONS
    return max(_MIN_CONNECTIONS, min(_MAX_CONNECTIONS, files - _OTHER_FILES))


class Monitor:
    """The limits of one server, the timer that checks its connections, and the refused ones."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._connections: Collection[Any] | None = None
        self._refused = 0
        self._log_at = 0.0

    def watch(self, loop: asyncio.AbstractEventLoop, connections: Collection[Any]) -> None:
        """Check the progress of ``connections`` from now on, if none were checked before."""
        if self._connections is None:
            self._connections = connections
            loop.call_later(self.limits.check_seconds, self._check, loop)

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        # Before the checks, so that an error in one doesn't end them.
        loop.call_later(self.limits.check_seconds, self._check, loop)
        for connection in list(self._connections or ()):
            connection.check_progress()

    def count_refused(self, now: float) -> None:
        """Count a refused connection, and log the number once a minute."""
        self._refused += 1
        if now >= self._log_at:
            logger.warning(
                "too many connections: %d refused, at most %d are served at a time",
                self._refused,
                self.limits.connections,
            )
            self._refused = 0
            self._log_at = now + _LOG_INTERVAL


def unsent_bytes(transport: asyncio.Transport) -> int:
    """Return the number of bytes that wait to be sent, 0 if the kernel has them all.

    The kernel's own count, too: it changes long before there is room for more.
    """
    size = transport.get_write_buffer_size()
    if size:
        try:
            queued = ioctl(transport.get_extra_info("socket").fileno(), TIOCOUTQ, bytes(4))
        except OSError:
            return size
        size += int.from_bytes(queued, sys.byteorder)
    return size
