"""Methods: HEAD as a GET without its body, and OPTIONS from the routes."""

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.scope import set_head

ALLOW = "GET, HEAD, OPTIONS"
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": (
        "Cache-Control, Content-Type, If-Modified-Since, If-None-Match, X-Request-ID"
    ),
    "Access-Control-Max-Age": "86400",
}


class HeadMiddleware:
    """ASGI middleware that lets the application process HEAD as GET and drops the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        scope["method"] = "GET"
        set_head(scope)

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                # uvicorn reads the method here: only of HEAD may the body be shorter than its
                # Content-Length.
                scope["method"] = "HEAD"
            elif message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, send_without_body)


class OptionsMiddleware:
    """ASGI middleware that responds to OPTIONS of every path that has a route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] != "http" or scope["method"] != "OPTIONS" or not _has_route(scope):
            await self.app(scope, receive, send)
            return
        is_preflight = b"access-control-request-method" in dict(scope["headers"])
        headers = {"Allow": ALLOW, **(PREFLIGHT_HEADERS if is_preflight else {})}
        await Response(status_code=204, headers=headers)(scope, receive, send)


def _has_route(scope: Scope) -> bool:
    app: Starlette = scope["app"]
    get = {**scope, "method": "GET"}
    routes: Iterable[object] = app.router.routes
    return any(route.matches(get)[0] == Match.FULL for route in routes)  # type: ignore[attr-defined]
