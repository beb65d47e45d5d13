"""The cache: finished answers of the current revision, sent again without asking anything else.

It keeps whole 200s that are made of the data, and none of an older revision. Of many who ask for
what isn't there yet one makes it and the others wait. It can be switched off, and every answer is
the same without it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.conditional import is_known
from app.delivery import kept_by_304, takes_gzip

_EMPTY = {"type": "http.response.body", "body": b""}
Key = tuple[str, bytes, bytes, bool]
_OVERHEAD = 2_000
"""About how many bytes an entry takes besides its body."""


class Entry:
    """One finished answer."""

    __slots__ = ("etag", "head", "headers", "not_modified", "route", "size", "whole")

    def __init__(self, start: Message, body: bytes, route: Any) -> None:
        self.headers: list[tuple[bytes, bytes]] = start["headers"]
        self.whole = {"type": "http.response.body", "body": body}
        self.route = route
        self.etag = next(value for name, value in self.headers if name == b"etag")
        self.head = {"type": "http.response.start", "status": 200, "headers": self.headers}
        self.not_modified = {
            "type": "http.response.start",
            "status": 304,
            "headers": [each for each in self.headers if kept_by_304(each[0].decode())],
        }
        self.size = len(body) + _OVERHEAD


class Cache:
    """ASGI middleware that keeps at most ``entries`` answers, of at most ``size`` bytes together.

    Those that were asked for least recently make room. Where nobody knows the ``current`` revision,
    nothing is kept or answered from here.
    """

    current: Callable[[], str | None]

    def __init__(self, app: ASGIApp, entries: int, size: int) -> None:
        self.app = app
        self.most = entries
        self.size = size
        self.taken = 0
        self.revision: str | None = None
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self._flights: dict[tuple[str, Key], asyncio.Future[Entry | None]] = {}

    def hit(self, scope: Scope, asked: dict[bytes, bytes]) -> tuple[Message, Message] | None:
        """Return start and body of an answer that is kept, None where there is none.

        ``asked`` are the request's headers by name, of several lines of one the last.
        """
        if scope["method"] not in _METHODS:
            return None
        revision = self.current()
        if revision != self.revision:
            self.entries.clear()
            self.taken = 0
            self.revision = revision
        if len(asked) < len(scope["headers"]):
            asked = _asked(scope["headers"])
        key = _key(scope, asked)
        entry = self.entries.get(key)
        if entry is None:
            return None
        self.entries.move_to_end(key)
        return _answer(entry, scope, asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for which there was no ``hit``."""
        # Without a revision, nobody knows what is kept for how long.
        revision = self.revision
        if scope["type"] != "http" or scope["method"] != "GET" or revision is None:
            await self.app(scope, receive, send)
            return
        asked = _asked(scope["headers"])
        key = _key(scope, asked)
        flight = self._flights.get((revision, key))
        if flight is None:
            entry = await self._make((revision, key), scope, receive, send)
            if entry is None:
                return  # It has been sent.
        else:
            entry = await asyncio.shield(flight)
            if entry is None:
                # It is none to keep, so everybody makes their own.
                await self.app(scope, receive, send)
                return
        for message in _answer(entry, scope, asked):
            await send(message)

    async def _make(
        self, flight: tuple[str, Key], scope: Scope, receive: Receive, send: Send
    ) -> Entry | None:
        """Let the application answer; return the answer, or None where it was sent already.

        What isn't whole or no 200 is sent as it comes; what isn't made of the data is not kept.
        """
        future = self._flights[flight] = asyncio.get_running_loop().create_future()
        state = scope.setdefault("state", {})
        # An answer to keep is needed, and not that the client has it already.
        state["is_to_keep"] = True
        entry: Entry | None = None
        start: Message | None = None

        async def capture(message: Message) -> None:
            nonlocal entry, start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                if start["status"] == 200 and not message.get("more_body"):
                    entry = Entry(start, message.get("body", b""), scope.get("route"))
                    start = None
                    return
                begun, start = start, None
                # Who waits for it need not wait for its end.
                future.set_result(None)
                await send(begun)
            await send(message)

        try:
            await self.app(scope, receive, capture)
            if entry is not None and state.get("revision") == self.revision:
                self._keep(flight[1], entry)
        finally:
            del self._flights[flight]
            if not future.done():
                future.set_result(entry)
        return entry

    def _keep(self, key: Key, entry: Entry) -> None:
        # What would push out an eighth of all the rest isn't worth it.
        if entry.size > self.size // 8:
            return
        old = self.entries.pop(key, None)
        self.taken += entry.size - (old.size if old else 0)
        self.entries[key] = entry
        while len(self.entries) > self.most or self.taken > self.size:
            self.taken -= self.entries.popitem(last=False)[1].size


_METHODS = {"GET", "HEAD"}


def _asked(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers by name, several lines of one joined."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b"," + value if name in found else value
    return found


def _key(scope: Scope, asked: dict[bytes, bytes]) -> Key:
    """Return what answers are told apart by; the order of differently named parameters is not."""
    query: bytes = scope["query_string"]
    if b"&" in query:
        query = b"&".join(sorted(query.split(b"&"), key=_name))
    coding = asked.get(b"accept-encoding")
    return (
        scope["path"],
        query,
        asked.get(b"accept", b""),
        coding is not None and _takes_gzip(coding),
    )


def _name(parameter: Any) -> bytes:
    name: bytes = parameter.partition(b"=")[0]
    return name


@lru_cache(maxsize=256)
def _takes_gzip(accepted: bytes) -> bool:
    return takes_gzip(accepted.decode("latin-1"))


def _answer(entry: Entry, scope: Scope, asked: dict[bytes, bytes]) -> tuple[Message, Message]:
    """Return start and body of what a request for a kept answer gets: it, or 304."""
    scope["route"] = entry.route
    if asked.get(b"if-none-match") == entry.etag or (
        (b"if-none-match" in asked or b"if-modified-since" in asked)
        and is_known(Headers(scope=scope), Headers(raw=entry.headers))
    ):
        return entry.not_modified, _EMPTY
    return entry.head, _EMPTY if scope["method"] == "HEAD" else entry.whole
