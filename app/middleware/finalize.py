"""Finalization: the headers and the ETag of every response, compression, and 304 (RFC 9110)."""

import hashlib
from email.utils import format_datetime
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.conditional import CODE_MODIFIED_AT, is_not_modified
from app.http.scope import is_head, wants_full_response
from app.middleware.compression import (
    StreamCompressor,
    compress,
    compresses_body,
    compresses_stream,
)
from app.middleware.methods import ALLOW

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Responses are the same for every Origin, so the CORS headers add nothing to Vary.
COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Disposition, Content-Language, ETag, Last-Modified, Link, Retry-After, "
        "X-Request-ID"
    ),
    "Content-Security-Policy": CSP,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_COMMON = {name.lower().encode(): value.encode() for name, value in COMMON_HEADERS.items()}
# The headers of the 200 that a 304 repeats (RFC 9110, 15.4.5).
_REPEATED = {"cache-control", "content-location", "etag", "last-modified", "vary"}


def sent_with_304(name: str) -> bool:
    """Return whether a 304 repeats this header of the 200 that it stands for."""
    return name in _REPEATED or name.encode() in _COMMON


class FinalizeMiddleware:
    """ASGI middleware that completes the headers, and compresses the bodies, of all responses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._code_modified = format_datetime(CODE_MODIFIED_AT, usegmt=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] == "http":
            send = _FinalizingSend(scope, send, self._code_modified)
        await self.app(scope, receive, send)


class _FinalizingSend:
    """The ``send`` of one request: holds the start back until the first body message."""

    def __init__(self, scope: Scope, send: Send, code_modified: str) -> None:
        self._scope = scope
        self._request = Headers(scope=scope)
        self._send = send
        self._code_modified = code_modified
        self._start: Message | None = None
        self._compressor: StreamCompressor | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            # Pages have a policy of their own, which allows forms.
            headers = MutableHeaders(raw=list((_COMMON | dict(start["headers"])).items()))
            status = start["status"]
            if message.get("more_body"):
                self._begin_stream(headers)
            else:
                status, body = self._finish(status, headers, message.get("body", b""))
                message = {**message, "body": body}
            await self._send({**start, "status": status, "headers": headers.raw})
        await self._send(self._compressor.compress(message) if self._compressor else message)

    def _begin_stream(self, headers: MutableHeaders) -> None:
        """Set the headers of a streamed response."""
        headers.setdefault("Cache-Control", "public, no-cache")
        headers.add_vary_header("Accept-Encoding")
        if compresses_stream(self._request, headers["Content-Type"]):
            headers["Content-Encoding"] = "gzip"
            self._compressor = StreamCompressor()

    def _finish(self, status: int, headers: MutableHeaders, body: bytes) -> tuple[int, bytes]:
        """Return status and body of a complete response, and set its headers."""
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ALLOW
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            headers.setdefault("Cache-Control", "no-store" if status >= 500 else "no-cache")
            return status, body
        headers.setdefault("Cache-Control", "public, no-cache")
        headers.setdefault("Last-Modified", self._code_modified)
        headers.add_vary_header("Accept-Encoding")
        # A HEAD of a stream has the ETag of the stream already, and no body to compute one from.
        if status == HTTPStatus.NOT_MODIFIED or (is_head(self._scope) and "ETag" in headers):
            return status, body
        return self._finish_200(headers, body)

    def _finish_200(self, headers: MutableHeaders, body: bytes) -> tuple[int, bytes]:
        tag = hashlib.sha256(body).hexdigest()[:32]
        is_compressed = compresses_body(self._request, body)
        headers["ETag"] = f'"{tag}-gzip"' if is_compressed else f'"{tag}"'
        if is_compressed:
            headers["Content-Encoding"] = "gzip"
        if not wants_full_response(self._scope) and is_not_modified(self._request, headers):
            for name in [name for name in headers if not sent_with_304(name)]:
                del headers[name]
            return HTTPStatus.NOT_MODIFIED, b""
        if is_compressed:
            body = compress(body)
        headers["Content-Length"] = str(len(body))
        return HTTPStatus.OK, body
