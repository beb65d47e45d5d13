"""Delivery: what every answer gets on its way out, whatever made it.

HEAD and OPTIONS, conditional requests (RFC 9110), gzip, CORS, and the security headers.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterable
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.conditional import CHANGED, is_known
from app.errors import problem

MAX_TARGET = 16_384
"""The longest path with query, in bytes, that is read."""
GZIP_FROM = 512
"""The shortest body, in bytes, that is worth compressing."""
ALLOW = "GET, HEAD, OPTIONS"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The answers are the same whoever asks, so the CORS headers need no Origin to vary by.
ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Language, ETag, Last-Modified, Link, X-Request-ID",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "If-Modified-Since, If-None-Match, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}
_ALWAYS = {name.lower().encode(): value.encode() for name, value in ALWAYS.items()}
_GZIP = 16 + zlib.MAX_WBITS
# What RFC 9110 has a 304 repeat of the 200.
_KEPT = ("cache-control", "content-location", "etag", "last-modified", "vary")


class Delivery:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.changed = format_datetime(CHANGED, usegmt=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _Finished(scope, send, self.changed))
        elif scope["method"] == "OPTIONS" and _is_served(scope):
            asks_for_cors = b"access-control-request-method" in dict(scope["headers"])
            headers = {"Allow": ALLOW, **(PREFLIGHT if asks_for_cors else {})}
            finished = _Finished(scope, send, self.changed)
            await Response(status_code=204, headers=headers)(scope, receive, finished)
        else:
            finished = _Finished(scope, send, self.changed)
            if scope["method"] == "HEAD":
                scope["method"] = "GET"
                scope["is_head"] = True
            await self.app(scope, receive, finished)


class _Finished:
    """The ``send`` of one request: finishes the headers, and the body unless it streams."""

    def __init__(self, scope: Scope, send: Send, changed: str) -> None:
        self.scope = scope
        self.head = scope["method"] == "HEAD"
        self.asked = Headers(scope=scope)
        self.send = send
        self.changed = changed
        self.start: Message | None = None
        self.packer: Any = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is None:
            if not self.head:
                await self.send(self._packed(message))
            return
        start, self.start = self.start, None
        if self.head:
            # The server looks here whether an answer may lack the body that its length tells of.
            self.scope["method"] = "HEAD"
        own = [each for each in start["headers"] if each[0] not in _ALWAYS]
        headers = MutableHeaders(raw=[*own, *_ALWAYS.items()])
        body = message.get("body", b"")
        if not message.get("more_body"):
            start["status"], body = self.finish(start["status"], headers, body)
        else:
            self.stream(headers)
            body = self._packed(message)["body"]
        await self.send({**start, "headers": headers.raw})
        await self.send({**message, "body": b"" if self.head else body})

    def stream(self, headers: MutableHeaders) -> None:
        """Set the headers of an answer that is made while it is sent."""
        headers.setdefault("Cache-Control", "public, no-cache")
        headers.add_vary_header("Accept-Encoding")
        is_packed = headers["Content-Type"] == "application/zip"
        if not is_packed and takes_gzip(self.asked.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            self.packer = zlib.compressobj(level=1, wbits=_GZIP)

    def _packed(self, message: Message) -> Message:
        """Return a piece of the body, compressed where the answer is."""
        if self.packer is None:
            return message
        body = self.packer.compress(message.get("body", b""))
        if not message.get("more_body"):
            body += self.packer.flush()
        return {**message, "body": body}

    def finish(self, status: int, headers: MutableHeaders, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body of a complete answer, once its headers are set."""
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ALLOW
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            headers.setdefault("Cache-Control", "no-store" if status >= 500 else "no-cache")
            return status, body
        headers.setdefault("Cache-Control", "public, no-cache")
        headers.setdefault("Last-Modified", self.changed)
        headers.add_vary_header("Accept-Encoding")
        if status == HTTPStatus.NOT_MODIFIED or (self.head and "ETag" in headers):
            return status, body
        tag = hashlib.sha256(body).hexdigest()[:32]
        if len(body) >= GZIP_FROM and takes_gzip(self.asked.get("accept-encoding", "")):
            headers["ETag"] = f'"{tag}-gzip"'
            headers["Content-Encoding"] = "gzip"
        else:
            headers["ETag"] = f'"{tag}"'
        to_keep = self.scope.get("state", {}).get("is_to_keep")
        if not to_keep and is_known(self.asked, headers):
            for name in [name for name in headers if not kept_by_304(name)]:
                del headers[name]
            return HTTPStatus.NOT_MODIFIED, b""
        if "Content-Encoding" in headers:
            body = gzip.compress(body, compresslevel=6, mtime=0)
        headers["Content-Length"] = str(len(body))
        return status, body


def kept_by_304(name: str) -> bool:
    """Tell whether a 304 has this header of the 200 that it stands for."""
    return name in _KEPT or name.encode() in _ALWAYS


def takes_gzip(accepted: str) -> bool:
    """Tell whether an ``Accept-Encoding`` allows gzip (RFC 9110, 12.5.3)."""
    weights = {}
    for coding in accepted.lower().split(","):
        name, _, parameters = coding.partition(";")
        weights[name.strip()] = parameters.strip().removeprefix("q=").strip() or "1"
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return weight.replace(".", "", 1).isdecimal() and float(weight) > 0


def _refusal(scope: Scope) -> Response | None:
    """Return the answer to a request target that can't be read."""
    path, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(path) + len(query) > MAX_TARGET:
        detail = f"The path with its query must be at most {MAX_TARGET:,} bytes."
        return problem(scope, HTTPStatus.REQUEST_URI_TOO_LONG, "uri-too-long", detail)
    try:
        unquote_to_bytes(path).decode()
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        detail = "The path and the query must be percent-encoded UTF-8."
        return problem(scope, HTTPStatus.BAD_REQUEST, "bad-request", detail)
    return None


def _is_served(scope: Scope) -> bool:
    app: Starlette = scope["app"]
    asked = {**scope, "method": "GET"}
    routes: Iterable[object] = app.router.routes
    return any(route.matches(asked)[0] == Match.FULL for route in routes)  # type: ignore[attr-defined]
