"""Streamed responses: sent while they are generated, within a time limit per chunk."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from anyio import CancelScope, fail_after
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

logger = logging.getLogger(__name__)


class StreamedResponse(StreamingResponse):
    """A response generated while it is sent; ``close`` is called even if sending fails.

    A client that accepts no bytes for ``send_timeout`` seconds is disconnected.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        close: Callable[[], None],
        send_timeout: float,
        **options: Any,
    ) -> None:
        super().__init__(chunks, **options)
        self._close = close
        self._send_timeout = send_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""

        async def send_in_time(message: Message) -> None:
            with fail_after(self._send_timeout):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        except TimeoutError:
            logger.warning("%s: the client received nothing before the timeout", scope["path"])
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._close)
