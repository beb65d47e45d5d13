"""The response cache: complete responses of the current revision, sent without any other layer.

It stores complete 200 responses with data. Concurrent misses for one key are coalesced: the first
request fills the entry, the others wait for it. Every response is the same without the cache.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from sys import getsizeof
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.conditional import is_not_modified
from app.http.negotiation import accepts_gzip, choose_format
from app.http.scope import get_revision, request_full_response
from app.middleware.finalize import sent_with_304

Key = tuple[str, bytes, bool, str]
"""Path, query, whether gzip is accepted, and the chosen format where the path has several."""

_METHODS = {"GET", "HEAD"}
_NO_BODY = {"type": "http.response.body", "body": b""}
_OVERHEAD = 2_000
"""The approximate size of an entry without its body, headers and key, in bytes."""
_MAX_MEMOIZED = 256
"""The longest header, in bytes, whose parsed value is memoized; Chrome's ``Accept`` has 147."""


class Entry:
    """One cached response."""

    __slots__ = ("body", "etag", "headers", "not_modified", "route", "size", "start", "vary")

    def __init__(self, key: Key, start: Message, body: bytes, route: Any) -> None:
        self.headers: list[tuple[bytes, bytes]] = start["headers"]
        self.route = route
        self.etag = next(value for name, value in self.headers if name == b"etag")
        self.vary = next((value for name, value in self.headers if name == b"vary"), b"")
        self.start = {"type": "http.response.start", "status": 200, "headers": self.headers}
        self.body = {"type": "http.response.body", "body": body}
        self.not_modified = {
            "type": "http.response.start",
            "status": 304,
            "headers": [each for each in self.headers if sent_with_304(each[0].decode())],
        }
        path, query, *_ = key
        in_headers = sum(len(name) + len(value) for name, value in self.headers)
        self.size = len(body) + in_headers + getsizeof(path) + getsizeof(query) + _OVERHEAD

    def response(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[Message, Message]:
        """Return start and body of the response to a request: the 200, or a 304."""
        scope["route"] = self.route
        if headers.get(b"if-none-match") == self.etag or (
            (b"if-none-match" in headers or b"if-modified-since" in headers)
            and is_not_modified(Headers(scope=scope), Headers(raw=self.headers))
        ):
            return self.not_modified, _NO_BODY
        return self.start, _NO_BODY if scope["method"] == "HEAD" else self.body


class ResponseCache:
    """ASGI middleware that stores up to ``max_entries`` responses, ``max_bytes`` in total.

    The least recently used entries are evicted. ``formats`` has the formats of every path whose
    responses vary by ``Accept``. Without a current revision nothing is cached.
    """

    current_revision: Callable[[], str | None]

    def __init__(
        self,
        app: ASGIApp,
        formats: Mapping[str, tuple[str, ...]],
        *,
        max_entries: int,
        max_bytes: int,
    ) -> None:
        self.app = app
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self.used_bytes = 0
        self.revision: str | None = None
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self._formats = formats
        self._in_flight: dict[tuple[str, Key], asyncio.Future[Entry | None]] = {}

    def lookup(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[Message, Message] | None:
        """Return start and body of a cached response, None where there is none.

        ``headers`` are the request's by name, with the last line of a repeated one.
        """
        if scope["method"] not in _METHODS:
            return None
        revision = self.current_revision()
        if revision != self.revision:
            self.entries.clear()
            self.used_bytes = 0
            self.revision = revision
        if len(headers) < len(scope["headers"]):
            headers = _joined(scope["headers"])
        key = self._key(scope, headers)
        entry = self.entries.get(key)
        if entry is None:
            return None
        self.entries.move_to_end(key)
        return entry.response(scope, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request without a cached response."""
        revision = self.revision
        if scope["type"] != "http" or scope["method"] != "GET" or revision is None:
            await self.app(scope, receive, send)
            return
        headers = _joined(scope["headers"])
        key = self._key(scope, headers)
        in_flight = self._in_flight.get((revision, key))
        if in_flight is None:
            entry = await self._fill((revision, key), scope, receive, send)
            if entry is None:
                return  # The response has been sent already.
        else:
            entry = await asyncio.shield(in_flight)
            if entry is None:
                # The response can't be shared, so every request needs its own.
                await self.app(scope, receive, send)
                return
        for message in entry.response(scope, headers):
            await send(message)

    async def _fill(
        self, flight: tuple[str, Key], scope: Scope, receive: Receive, send: Send
    ) -> Entry | None:
        """Call the application; return its response, None where it has been sent.

        Streams and errors are sent as they come. Only responses from the data are stored.
        """
        future = self._in_flight[flight] = asyncio.get_running_loop().create_future()
        request_full_response(scope)
        entry: Entry | None = None
        start: Message | None = None

        async def capture(message: Message) -> None:
            nonlocal entry, start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                if start["status"] == 200 and not message.get("more_body"):
                    entry = Entry(flight[1], start, message.get("body", b""), scope.get("route"))
                    start = None
                    return
                held, start = start, None
                # Waiting requests need not wait for the end of a stream.
                future.set_result(None)
                await send(held)
            await send(message)

        shared: Entry | None = None
        try:
            await self.app(scope, receive, capture)
            if entry is not None and self._is_shareable(flight[1], entry):
                shared = entry
                if get_revision(scope) == self.revision == flight[0]:
                    self._store(flight[1], entry)
        finally:
            del self._in_flight[flight]
            if not future.done():
                future.set_result(shared)
        return entry

    def _is_shareable(self, key: Key, entry: Entry) -> bool:
        """Return whether the key covers all request headers that the response varies by."""
        varies_by = {name.strip().lower() for name in entry.vary.split(b",")}
        return b"accept" not in varies_by or key[0] in self._formats

    def _store(self, key: Key, entry: Entry) -> None:
        # One entry that would evict an eighth of all others costs more than it saves.
        if entry.size > self.max_bytes // 8:
            return
        old = self.entries.pop(key, None)
        self.used_bytes += entry.size - (old.size if old else 0)
        self.entries[key] = entry
        while len(self.entries) > self.max_entries or self.used_bytes > self.max_bytes:
            self.used_bytes -= self.entries.popitem(last=False)[1].size

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> Key:
        """Return the key of a request; the order of differently named parameters is left out."""
        path: str = scope["path"]
        query: bytes = scope["query_string"]
        if b"&" in query:
            query = b"&".join(sorted(query.split(b"&"), key=_name))
        coding = headers.get(b"accept-encoding")
        gzip = coding is not None and (
            _accepts_gzip(coding) if len(coding) <= _MAX_MEMOIZED else _parse_coding(coding)
        )
        formats = self._formats.get(path)
        if formats is None:
            return path, query, gzip, ""
        accept = headers.get(b"accept")
        if accept is None or accept == b"*/*":
            return path, query, gzip, formats[0]
        choose = _chosen_format if len(accept) <= _MAX_MEMOIZED else _parse_accept
        return path, query, gzip, choose(accept, formats)


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers by name, the lines of a repeated one joined."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b"," + value if name in found else value
    return found


def _name(parameter: Any) -> bytes:
    """Return the decoded name of a parameter: the order of equal ones may matter."""
    name: bytes = parameter.partition(b"=")[0]
    is_encoded = b"%" in name or b"+" in name
    return unquote_to_bytes(name.replace(b"+", b" ")) if is_encoded else name


def _parse_coding(header: bytes) -> bool:
    return accepts_gzip(header.decode("latin-1"))


def _parse_accept(header: bytes, formats: tuple[str, ...]) -> str:
    return choose_format(header.decode("latin-1"), formats)


_accepts_gzip = lru_cache(maxsize=256)(_parse_coding)
_chosen_format = lru_cache(maxsize=256)(_parse_accept)
