"""Observation: a request's id, the access log as JSON lines, and metrics if switched on."""

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

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.cache import Cache

ACCESS = logging.getLogger("pobratim.access")
REQUEST_ID = "X-Request-ID"
_HEADER = REQUEST_ID.lower().encode()
_GIVEN_ID = re.compile(rb"[A-Za-z0-9_.-]{1,64}")
_UNKNOWN = "(none)"


class Metrics:
    """Counts and durations by method, route and status, for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "http_requests", "Requests answered.", labels, registry=self.registry
        )
        self._duration = Histogram(
            "http_request_duration_seconds",
            "Time from the request to the last byte of the answer.",
            labels,
            registry=self.registry,
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
        )

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, status).inc()
        self._duration.labels(method, route, status).observe(seconds)


class Observation:
    """ASGI middleware, the outermost: it sees each request first and its answer last."""

    def __init__(self, app: ASGIApp, metrics: Metrics | None, cache: Cache | None = None) -> None:
        self.app = app
        self.metrics = metrics
        self.cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and tell of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"]
        asked = dict(scope["headers"])
        request_id = asked.get(_HEADER)
        if request_id is None or not _GIVEN_ID.fullmatch(request_id):
            request_id = b"%016x" % random.getrandbits(64)
        kept = self.cache.hit(scope, asked) if self.cache else None
        if kept is not None:
            start, body = kept
            # A new list: that of a kept answer is not this request's alone.
            headers = [*start["headers"], (_HEADER, request_id)]
            status = start["status"]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send(body)
            if self.metrics is not None or ACCESS.isEnabledFor(logging.INFO):
                self._tell(scope, method, status, began, request_id)
            return
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (_HEADER, request_id)]}
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            self._tell(scope, method, status, began, request_id)

    def _tell(
        self, scope: Scope, method: str, status: int, began: float, request_id: bytes
    ) -> None:
        """Count and log an answer."""
        seconds = time.perf_counter() - began
        route = getattr(scope.get("route"), "path", _UNKNOWN)
        if self.metrics is not None:
            # A method that nobody defined would make a label of its own.
            known = method if method in _METHODS else "OTHER"
            self.metrics.add(known, route, status, seconds)
        if ACCESS.isEnabledFor(logging.INFO):
            ACCESS.info(
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


_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = ("request_id", "method", "path", "route", "status", "duration_ms")
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time} | {name: getattr(record, name) for name in fields}
        return json.dumps(line, ensure_ascii=True)


@contextmanager
def access_log(*, on: bool) -> Iterator[None]:
    """Write the access log to standard output, from a thread of its own, while inside."""
    if not on:
        yield
        return
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    to_queue = QueueHandler(lines)
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(_Lines())
    listener = QueueListener(lines, out)
    level, propagate = ACCESS.level, ACCESS.propagate
    ACCESS.addHandler(to_queue)
    ACCESS.setLevel(logging.INFO)
    ACCESS.propagate = False
    listener.start()
    try:
        yield
    finally:
        listener.stop()
        ACCESS.removeHandler(to_queue)
        ACCESS.setLevel(level)
        ACCESS.propagate = propagate
