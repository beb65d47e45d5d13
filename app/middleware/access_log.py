"""The access log: JSON lines with request ids, and the metrics of the same responses."""

import json
import logging
import queue
import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.scope import set_request_id
from app.middleware.metrics import Metrics
from app.middleware.response_cache import ResponseCache

LOGGER = logging.getLogger("pobratim.access")
REQUEST_ID = "X-Request-ID"
_HEADER = REQUEST_ID.lower().encode()
_VALID_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}")
_NO_ROUTE = "(none)"


class AccessLogMiddleware:
    """ASGI middleware, the outermost: the first to see a request, the last to see its response.

    It queries the cache itself, so that a hit passes no other layer.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics | None, cache: ResponseCache | None = None
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"]
        request_headers = dict(scope["headers"])
        request_id = request_headers.get(_HEADER)
        if request_id is None or not _VALID_ID.fullmatch(request_id):
            request_id = b"%016x" % random.getrandbits(64)
        cached = self.cache.lookup(scope, request_headers) if self.cache else None
        if cached is not None:
            start, body = cached
            # A new list, since all hits share the entry's.
            headers = [*start["headers"], (_HEADER, request_id)]
            status = start["status"]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send(body)
            if self.metrics is not None or LOGGER.isEnabledFor(logging.INFO):
                self._record(scope, method, status, began, request_id)
            return
        set_request_id(scope, request_id.decode())
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (_HEADER, request_id)]}
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._record(scope, method, status, began, request_id)

    def _record(
        self, scope: Scope, method: str, status: int, began: float, request_id: bytes
    ) -> None:
        """Count and log one response."""
        seconds = time.perf_counter() - began
        route = getattr(scope.get("route"), "path", _NO_ROUTE)
        if self.metrics is not None:
            self.metrics.record(method, route, status, seconds)
        if LOGGER.isEnabledFor(logging.INFO):
            LOGGER.info(
                "request",
                extra={
                    "request_id": request_id.decode(),
                    "method": method,
                    "path": scope["path"],
                    "route": route,
                    "status": status,
                    "duration_ms": round(seconds * 1000, 3),
                },
            )


class JsonFormatter(logging.Formatter):
    """A formatter that writes each record of the access log as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        fields = ("request_id", "method", "path", "route", "status", "duration_ms")
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time} | {name: getattr(record, name) for name in fields}
        return json.dumps(line, ensure_ascii=True)


@contextmanager
def access_log(*, on: bool) -> Iterator[None]:
    """Write the access log to standard output, from a thread of its own, inside the context."""
    if not on:
        yield
        return
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    to_queue = QueueHandler(records)
    to_output = logging.StreamHandler(sys.stdout)
    to_output.setFormatter(JsonFormatter())
    listener = QueueListener(records, to_output)
    level, propagate = LOGGER.level, LOGGER.propagate
    LOGGER.addHandler(to_queue)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    listener.start()
    try:
        yield
    finally:
        listener.stop()
        LOGGER.removeHandler(to_queue)
        LOGGER.setLevel(level)
        LOGGER.propagate = propagate
