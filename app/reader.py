"""Reading: one snapshot of the data for one request, and the headers that follow from it."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import chain
from typing import Annotated, Any

from anyio import CancelScope, fail_after
from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from sqlalchemy import Connection, select
from sqlmodel import col
from starlette.types import Message, Receive, Scope, Send

from app.conditional import CHANGED, is_known
from app.database import Database
from app.formats.negotiation import MEDIA_TYPES, choose
from app.models import Revision
from app.prepared import Prepared

logger = logging.getLogger(__name__)

_REVISION = Prepared(select(col(Revision.content_hash), col(Revision.loaded_at)))


def revision_of(connection: Connection) -> tuple[str, datetime] | None:
    """Return the hash and the time of what is loaded, None where nothing is."""
    found = _REVISION.rows(connection, {})
    if not found:
        return None
    ((revision, at),) = found
    # SQLite keeps a time as text, and without its zone; the loader writes UTC.
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return revision, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)


class Stream(StreamingResponse):
    """An answer made while it is sent; ``close`` is called however the sending ends."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        close: Callable[[], None],
        patience: float,
        **options: Any,
    ) -> None:
        super().__init__(chunks, **options)
        self._close = close
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that takes nothing for a while gets no more."""

        async def send_in_time(message: Message) -> None:
            with fail_after(self._patience):
                await send(message)

        try:
            await super().__call__(scope, receive, send_in_time)
        except TimeoutError:
            logger.warning("%s: the client took nothing for too long", scope["path"])
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._close)


class Reader:
    """What an endpoint reads with, and how it answers."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._database: Database = request.app.state.database
        self.revision = ""
        self.headers = {
            "Content-Language": "ru",
            "Last-Modified": format_datetime(CHANGED, usegmt=True),
        }

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all statements inside see the same revision of the data."""
        with self._database.read() as connection:
            found = revision_of(connection)
            if found is not None:
                self.revision, loaded_at = found
                self._request.state.revision = self.revision
                modified = max(loaded_at, CHANGED)
                self.headers["Last-Modified"] = format_datetime(modified, usegmt=True)
            yield connection

    def link(self, **targets: str | None) -> None:
        """Set the ``Link`` header (RFC 8288) to the targets that there are, by relation."""
        links = [f'<{target}>; rel="{name}"' for name, target in targets.items() if target]
        self.headers["Link"] = ", ".join(links)

    def form(self, asked: str | None, offered: Iterable[str]) -> str:
        """Return the form to answer in: the one asked for, or what the header Accept likes best."""
        self.headers["Vary"] = "Accept"
        return asked or choose(",".join(self._request.headers.getlist("accept")), offered)

    def answer(self, data: object, form: str = "json") -> Response:
        """Return plain data as a whole answer."""
        return self.send(to_json(data), form)

    def send(self, body: bytes, form: str = "json") -> Response:
        """Return finished bytes as a whole answer."""
        return Response(body, media_type=MEDIA_TYPES[form], headers=self.headers)

    def stream(
        self, form: str, name: str, chunks: Callable[[Connection], Iterator[bytes]]
    ) -> Response:
        """Return an answer that is made of one snapshot while it is sent, as a file of that name.

        Raises TooBusyError where as many are being sent as may be at once.
        """
        media_type = MEDIA_TYPES.get(form, form)
        with ExitStack() as stack:
            stack.enter_context(self._database.streaming())
            connection = stack.enter_context(self.read())
            target = f"{CHANGED} {self.revision} {media_type} {self._request.url.path}"
            digest = hashlib.sha256(f"{target}?{self._request.url.query}".encode()).hexdigest()
            # Weak: the same data, but nobody has looked at the bytes yet.
            self.headers["ETag"] = f'W/"{digest[:32]}"'
            self.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            answer = Response(headers=self.headers)
            if is_known(self._request.headers, answer.headers):
                return Response(status_code=304, headers=self.headers)
            pieces = self._timed(connection, chunks(connection))
            # What fails at once is still an error with a status of its own.
            pieces = chain([next(pieces, b"")], pieces)
            if self._request.scope.get("is_head"):
                # Nobody knows the length before all is made.
                return StreamingResponse((), media_type=media_type, headers=self.headers)
            close = stack.pop_all().close
            patience = self._database.stream_timeout
            return Stream(pieces, close, patience, media_type=media_type, headers=self.headers)

    def _timed(self, connection: Connection, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Give every chunk, and not the whole, the time that an answer may take."""
        while True:
            self._database.start_clock(connection)
            chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk


async def get_reader(request: Request) -> Reader:
    """Return the reader of one request."""
    return Reader(request)


Read = Annotated[Reader, Depends(get_reader)]
