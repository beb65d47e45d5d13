"""Limits of the request target: its length and its encoding."""

from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.problems import MAX_TARGET, URI_TOO_LONG, problem


class LimitsMiddleware:
    """ASGI middleware that rejects targets that are too long or aren't UTF-8."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reject the request, or pass it on."""
        app = (_rejection(scope) if scope["type"] == "http" else None) or self.app
        await app(scope, receive, send)


def _rejection(scope: Scope) -> Response | None:
    """Return the problem of an invalid target, None of a valid one."""
    path, query = scope.get("raw_path") or b"", scope["query_string"]
    if len(path) + len(query) > MAX_TARGET:
        return problem(scope, *URI_TOO_LONG)
    try:
        unquote_to_bytes(path).decode()
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        detail = "The path and the query must be percent-encoded UTF-8."
        return problem(scope, HTTPStatus.BAD_REQUEST, "bad-request", detail)
    return None
