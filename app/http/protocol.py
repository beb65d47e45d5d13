"""The HTTP protocol: uvicorn's, with limits on what a client may send, hold and leave unread."""

import asyncio
import logging
import re
from functools import partial
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.http.connections import ConnectionLimits, Monitor, unsent_bytes
from app.http.rejections import (
    INVALID_HOST,
    NO_HTTP,
    RejectionError,
    invalid,
    too_long,
    too_many_connections,
)

logger = logging.getLogger(__name__)

# Host of RFC 9110, section 7.2: a name, an IPv4 address or an IPv6 address in brackets; a port.
_HOST = re.compile(rb"(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:~!$&'()*+,;=-]+\])(?::[0-9]*)?", re.ASCII)
_FRAMING = {b"content-length", b"transfer-encoding"}


class Protocol(HttpToolsProtocol):
    """One connection; ``make_protocol`` makes the class for a server.

    It relies on three things that uvicorn doesn't document: ``on_message_begin`` makes a new
    ``scope``, ``on_headers_complete`` makes the ``cycle``, and only the task that this starts looks
    up ``cycle.send``. The table in ``tests/app/http/test_protocol.py`` notices if that changes.
    """

    monitor: Monitor
    _closing = False
    """Whether further data is discarded: the connection ends after the responses under way."""
    _head_size = 0
    """The least number of bytes of the head so far: all but those of its first piece of data."""
    _valid_host: list[bytes] | None = None
    _active: RequestResponseCycle | None = None
    """The response under way, or the last one; ``cycle`` is that of the last request."""
    _unsent = 0
    _checked_scope: Any = None
    _unchanged_checks = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Serve the connection, or refuse it where there are too many."""
        super().connection_made(transport)
        self.monitor.watch(self.loop, self.connections)
        if len(self.connections) > self.monitor.limits.connections:
            transport.write(too_many_connections().response(self.server_state.default_headers))
            transport.close()
            self.monitor.count_refused(self.loop.time())

    def data_received(self, data: bytes) -> None:
        """Parse data, in pieces small enough to count the bytes of a head by."""
        limit = self.monitor.limits.head_bytes
        size = limit // 4
        if len(data) > size:
            for at in range(0, len(data), size):
                self.data_received(data[at : at + size])
            return
        if self._closing:
            return
        self._unset_keepalive_if_required()
        # on_message_begin makes a new scope.
        scope = self.scope
        try:
            self._parse(data)
            self._head_size = self._head_size + len(data) if self.scope is scope else 0
            if self._head_size > limit:
                raise too_long(self.url, limit)
        except HttpParserError as error:
            cause = error.__context__
            self._reject(cause if isinstance(cause, RejectionError) else invalid(NO_HTTP))
        except RejectionError as rejection:
            self._reject(rejection)

    def _parse(self, data: bytes) -> None:
        """Parse data; requests to upgrade to another protocol are requests like all others."""
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                if any(name in _FRAMING for name, _ in self.scope["headers"]):
                    # The parser doesn't read the body, which mustn't pass for further requests.
                    self._end()
                    return
            else:
                return

    def on_headers_complete(self) -> None:
        """Begin the response, or raise the reason not to: the parser passes it on as context."""
        limit = self.monitor.limits.head_bytes
        if 2 * self._head_size > limit and self._head_length() > limit:
            raise too_long(self.url, limit)
        self._head_size = 0
        hosts = [value for name, value in self.headers if name == b"host"]
        if hosts != self._valid_host:
            self._check_host(hosts)
        if len(self.pipeline) >= self.monitor.limits.pipelined:
            # The client never sees it, since an earlier response is under way.
            raise invalid(NO_HTTP)
        super().on_headers_complete()
        # Trailers are no headers, although the parser reports them alike.
        self.headers = []
        if self.scope["http_version"] != "1.1":
            self.cycle.waiting_for_100_continue = False
            send = partial(_send_unchunked, self.cycle)
            self.cycle.send = send  # type: ignore[method-assign]

    def on_body(self, body: bytes) -> None:
        """Pass content on, without counting it."""
        self._head_size -= len(body)
        super().on_body(body)

    def _head_length(self) -> int:
        """Return the length of the parsed head, with one space after each colon."""
        line = len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1\r\n")
        return line + sum(len(name) + len(value) + 4 for name, value in self.headers) + 2

    def _check_host(self, hosts: list[bytes]) -> None:
        """Raise RejectionError unless there is one valid ``Host``, or none before HTTP/1.1.

        It is stored, since the requests of a connection repeat it.
        """
        if not hosts and self.parser.get_http_version() != "1.1":
            return
        if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
            raise invalid(INVALID_HOST)
        self._valid_host = hosts

    def _end(self) -> None:
        """Discard further data, and close the connection after the responses under way."""
        self._closing = True
        if self.cycle:
            self.cycle.keep_alive = False
        # Unread data would reset the connection when it is closed, and responses would be lost.
        self.flow.resume_reading()

    def _reject(self, rejection: RejectionError) -> None:
        """Respond with a problem, unless another response is under way; end the connection."""
        self._end()
        active = self._active
        is_own = active is not None and active.scope is self.scope
        if active and is_own and active.response_started:
            # The rest of this request's body is wrong.
            self.transport.close()
        elif is_own or not self._is_responding():
            self._drop_response()
            self.transport.write(rejection.response(self.server_state.default_headers))
            # The client may still be sending; it reads the problem first, and closes then.
            self.transport.write_eof()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._active = cycle
        super()._start_asgi_task(cycle, app)

    def _is_responding(self) -> bool:
        return self._active is not None and not self._active.response_complete

    def _drop_response(self) -> None:
        """Let the response under way find its client disconnected: what it sends is discarded.

        uvicorn lets only the last response know, which may still wait for this one.
        """
        if self._active:
            self._active.disconnected = True
            self._active.waiting_for_100_continue = False
            self._active.message_event.set()
            self._active = None

    def eof_received(self) -> bool:  # type: ignore[override]
        """Close the connection, after the responses to the requests that the client has sent."""
        if not self._is_responding() or self.cycle.more_body:
            return False
        self._end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End the response under way."""
        self._drop_response()
        super().connection_lost(exc)

    def check_progress(self) -> None:
        """Abort the connection if its client has stalled for as many checks as it may."""
        limits = self.monitor.limits
        unsent = unsent_bytes(self.transport)
        is_idle = not self.timeout_keep_alive_task and not self._is_responding()
        has_stalled = unsent == self._unsent and (
            unsent or (is_idle and self.scope is self._checked_scope)
        )
        self._unchanged_checks = self._unchanged_checks + 1 if has_stalled else 0
        self._unsent, self._checked_scope = unsent, self.scope
        seconds = limits.stream_seconds if unsent else limits.head_seconds
        if self._unchanged_checks * limits.check_seconds < seconds:
            return
        if unsent and self._active:
            # Not the decoded path, which may have line feeds.
            path = self._active.scope["raw_path"].decode()
            logger.warning("a client took nothing of %s for %g seconds", path, seconds)
        self.transport.abort()

    def shutdown(self) -> None:
        """Close the connection after the responses under way, or abort it after the grace."""
        if self._is_responding():
            self._end()
        else:
            self.transport.close()
        self.loop.call_later(self.monitor.limits.grace_seconds, self.transport.abort)


async def _send_unchunked(cycle: RequestResponseCycle, message: Any) -> None:
    """Send a message of a response whose body ends with its connection, as before HTTP/1.1."""
    cycle.chunked_encoding = False
    cycle.expected_content_length = len(message.get("body", b""))
    await RequestResponseCycle.send(cycle, message)


def make_protocol(limits: ConnectionLimits) -> type[Protocol]:
    """Return the protocol of one server, for uvicorn to make an instance for each connection."""
    return type("Protocol", (Protocol,), {"monitor": Monitor(limits)})
