"""The request context: one snapshot of the data for one request, and the response's headers."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import chain
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic_core import to_json
from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.db.database import Database
from app.http.conditional import CODE_MODIFIED_AT, is_not_modified
from app.http.negotiation import MEDIA_TYPES, choose_format
from app.http.scope import is_head, set_revision
from app.http.streaming import StreamedResponse
from app.models import Document, Revision

_REVISION = CompiledStatement(select(col(Revision.content_hash), col(Revision.loaded_at)))

_LANGUAGES = select(col(Document.language)).distinct().order_by(col(Document.language))


class JsonLdResponse(JSONResponse):
    """A response documented as JSON-LD."""

    media_type = "application/ld+json"


def revision_of(connection: Connection) -> tuple[str, datetime] | None:
    """Return the content hash and the time of the current load, None for an empty database."""
    found = _REVISION.rows(connection, {})
    if not found:
        return None
    ((revision, at),) = found
    # SQLite stores a time as text without its zone; the loader writes UTC.
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return revision, at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)


class RequestContext:
    """The data and the response headers of one request."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._database: Database = request.app.state.database
        self.base_url: str = request.app.state.base_url
        """The address to which paths are relative, for files that leave the API."""
        self.revision = ""
        self.headers = {
            "Last-Modified": format_datetime(CODE_MODIFIED_AT, usegmt=True),
        }

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all statements inside see the same revision of the data."""
        with self._database.read() as connection:
            found = revision_of(connection)
            if found is not None:
                self.revision, loaded_at = found
                set_revision(self._request.scope, self.revision)
                self.headers["Content-Language"] = self._languages(connection)
                modified = max(loaded_at, CODE_MODIFIED_AT)
                self.headers["Last-Modified"] = format_datetime(modified, usegmt=True)
            yield connection

    def _languages(self, connection: Connection) -> str:
        """Return the languages of the loaded documents, which are read once for each revision."""
        known: tuple[str, str] = self._database.languages
        if known[0] != self.revision:
            found = connection.execute(_LANGUAGES).scalars()
            known = self._database.languages = self.revision, ", ".join(found)
        return known[1]

    @property
    def export_rows(self) -> int:
        """The number of records that an export reads at a time."""
        return self._database.tuning.export_rows

    def set_links(self, page: str | None = None, **targets: str | None) -> None:
        """Set the ``Link`` header (RFC 8288) to the targets by relation; None is left out.

        ``page`` is the path of the page for people that shows the same.
        """
        links = [f'<{target}>; rel="{name}"' for name, target in targets.items() if target]
        if page:
            links.append(f'<{page}>; rel="alternate"; type="text/html"')
        self.headers["Link"] = ", ".join(links)

    def negotiate(self, requested_format: str | None) -> str:
        """Return the requested format, or else the route's format that ``Accept`` prefers."""
        self.headers["Vary"] = "Accept"
        if requested_format:
            return requested_format
        accept = ",".join(self._request.headers.getlist("accept"))
        return choose_format(accept, self._request.scope["route"].formats)

    def json(self, data: object, format: str = "json") -> Response:
        """Return plain data as a complete response."""
        return self.raw(to_json(data), format)

    def raw(self, body: bytes, format: str = "json") -> Response:
        """Return serialized data as a complete response; ``format`` may also be a media type."""
        media_type = MEDIA_TYPES.get(format, format)
        return Response(body, media_type=media_type, headers=self.headers)

    def stream(
        self, format: str, name: str, chunks: Callable[[Connection], Iterator[bytes]]
    ) -> Response:
        """Return a download under a file name, generated from one snapshot while it is sent.

        ``format`` may also be a media type. Raises TooBusyError at the limit of streams.
        """
        media_type = MEDIA_TYPES.get(format, format)
        with ExitStack() as stack:
            stack.enter_context(self._database.streaming())
            connection = stack.enter_context(self.read())
            self.headers["ETag"] = self._weak_tag(media_type)
            self.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            response = Response(headers=self.headers)
            if is_not_modified(self._request.headers, response.headers):
                return Response(status_code=304, headers=self.headers)
            pieces = self._timeout_per_chunk(connection, chunks(connection))
            # An error before the first chunk can still set the status of the response.
            pieces = chain([next(pieces, b"")], pieces)
            if is_head(self._request.scope):
                # The length is unknown until the whole body has been generated.
                return StreamingResponse((), media_type=media_type, headers=self.headers)
            return StreamedResponse(
                pieces,
                close=stack.pop_all().close,
                media_type=media_type,
                headers=self.headers,
            )

    def _weak_tag(self, media_type: str) -> str:
        """Return the ETag of a stream: weak, since it isn't computed from the bytes."""
        url = self._request.url
        target = f"{CODE_MODIFIED_AT} {self.revision} {media_type} {url.path}?{url.query}"
        return f'W/"{hashlib.sha256(target.encode()).hexdigest()[:32]}"'

    def _timeout_per_chunk(
        self, connection: Connection, chunks: Iterator[bytes]
    ) -> Iterator[bytes]:
        """Restart the statement timeout for every chunk, since a stream has no bound of its own."""
        while True:
            self._database.restart_timeout(connection)
            chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk


async def get_context(request: Request) -> RequestContext:
    """Return the context of one request."""
    return RequestContext(request)


ContextDep = Annotated[RequestContext, Depends(get_context)]
