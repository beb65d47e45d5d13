"""The server's view of the database: snapshots from a pool of read-only connections."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url

from app.db.engine import make_reading_engine
from app.db.revision_watch import RevisionWatcher, make_watcher
from app.exceptions import TooBusyError
from app.settings import Tuning

# SQLite computes in these threads, each with a connection and its page cache: with 40 of them,
# searches by 64 clients took 310 MB instead of 212, and their p99 was 1.7 s or more, not 0.5.
_SQLITE_THREADS = 8
# These wait for the database.
_POSTGRESQL_THREADS = 40
MAX_STREAMS = 8
"""The largest number of streamed responses at a time; each holds a connection until it ends."""
# Virtual machine steps of SQLite between two calls of the progress handler: 1 to 2 ms.
_PROGRESS_STEPS = 100_000


class Database:
    """Pooled read-only connections, the current revision, and the limit of streams.

    ``threads`` is the number of requests that may read at a time.
    """

    def __init__(
        self,
        url: str | URL,
        statement_timeout: float = 5.0,
        tuning: Tuning | None = None,
    ) -> None:
        self._timeout = statement_timeout
        self.tuning = tuning or Tuning()
        self.languages = ("", "")
        """A revision, and the languages of its documents as Content-Language has them."""
        self._watcher: RevisionWatcher | None = None
        self._streams = BoundedSemaphore(MAX_STREAMS)
        url = make_url(url)
        is_sqlite = url.get_backend_name() == "sqlite"
        self.threads = _SQLITE_THREADS if is_sqlite else _POSTGRESQL_THREADS
        # A stream holds its connection while its client receives, and no thread.
        connections = self.threads + MAX_STREAMS
        self.engine = make_reading_engine(url, statement_timeout, connections)

    def revision(self) -> str | None:
        """Return the content hash of the loaded data, None where it is unknown.

        To be called from the event loop's thread alone.
        """
        if self._watcher is None:
            self._watcher = make_watcher(self.engine, self.tuning.revision_ttl)
        return self._watcher.current()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one snapshot: all statements inside see the same revision of the data.

        A statement that exceeds the timeout fails with OperationalError.
        """
        with self.engine.connect() as connection:
            # Compiled statements go to the driver, which begins no transaction by itself.
            connection.begin()
            self.restart_timeout(connection)
            yield connection

    def restart_timeout(self, connection: Connection) -> None:
        """Grant the statements of a connection the whole timeout again, from now on."""
        # PostgreSQL's own timeout restarts with every statement.
        if connection.dialect.name == "sqlite":
            deadline = time.monotonic() + self._timeout
            driver: Any = connection.connection.dbapi_connection
            driver.set_progress_handler(lambda: time.monotonic() > deadline, _PROGRESS_STEPS)

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Count a streamed response, which holds its connection until its client has received it.

        Raises TooBusyError beyond ``MAX_STREAMS``: the other connections are for short responses.
        """
        if not self._streams.acquire(blocking=False):
            raise TooBusyError
        try:
            yield
        finally:
            self._streams.release()

    def close(self) -> None:
        """Close every connection."""
        if self._watcher is not None:
            self._watcher.close()
        self.engine.dispose()
