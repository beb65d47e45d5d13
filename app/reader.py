"""Reading: one snapshot of the data for one request, and the headers that follow from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection, select
from sqlmodel import col

from app.database import Database
from app.models import Revision

_LOADED_AT = select(col(Revision.loaded_at))


class Reader:
    """What an endpoint reads with, and where it leaves the headers of its answer."""

    def __init__(self, database: Database, response: Response) -> None:
        self._database = database
        self.headers = response.headers

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a snapshot: all statements inside see the same revision of the data."""
        with self._database.read() as connection:
            loaded_at = connection.execute(_LOADED_AT).scalar()
            if loaded_at is not None:
                # SQLite keeps no time zone; the loader writes UTC.
                utc = loaded_at.replace(tzinfo=loaded_at.tzinfo or UTC).astimezone(UTC)
                self.headers["Last-Modified"] = format_datetime(utc, usegmt=True)
            self.headers["Content-Language"] = "ru"
            yield connection

    def link(self, **targets: str | None) -> None:
        """Set the ``Link`` header (RFC 8288) to the targets that there are, by relation."""
        links = [f'<{target}>; rel="{name}"' for name, target in targets.items() if target]
        self.headers["Link"] = ", ".join(links)


def get_reader(request: Request, response: Response) -> Reader:
    """Return the reader of one request."""
    return Reader(request.app.state.database, response)


Read = Annotated[Reader, Depends(get_reader)]
