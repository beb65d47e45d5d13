"""Server errors: unexpected exceptions are logged and become 500 problems."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.problems import problem
from app.http.scope import get_request_id

logger = logging.getLogger(__name__)


class ServerErrorsMiddleware:
    """ASGI middleware, the innermost, around the routes and their exception handlers.

    FastAPI's own handler of ``Exception`` runs outside of all other middleware, so its response
    would lack their headers, and it raises the exception again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        has_started = False

        async def track_start(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, track_start)
        except Exception:
            if scope["type"] != "http" or has_started:
                raise
            request_id = get_request_id(scope)
            logger.exception("unexpected error at %s, request %s", scope["path"], request_id)
            detail = "Something went wrong on our side; it has been logged."
            response = problem(scope, 500, "internal-server-error", detail)
            await response(scope, receive, send)
