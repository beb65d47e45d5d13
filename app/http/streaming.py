"""Streamed responses: sent while they are generated."""

from collections.abc import Callable, Iterable
from typing import Any

from anyio import CancelScope
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class StreamedResponse(StreamingResponse):
    """A response generated while it is sent; ``close`` is called even if sending fails.

    The server disconnects a client that stalls, which ends the response like any disconnect.
    """

    def __init__(self, chunks: Iterable[bytes], close: Callable[[], None], **options: Any) -> None:
        super().__init__(chunks, **options)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._close)
