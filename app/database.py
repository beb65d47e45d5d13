"""The database: an engine for the seed to write with, and read-only connections for the server.

SQLite or PostgreSQL, as the URL says; what the two don't share is here and in ``app.matching``.
"""

import math
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError

from app.revisions import Watch, file_of, identity, watch

# A reader waits this long for a lock, which WAL mode holds only for the moment of a checkpoint.
_BUSY_TIMEOUT_SECONDS = 5
_CONNECTIONS = 48
# How many of them may be held by answers that are made while they are sent; the other 40 are one
# for each thread that endpoints run in.
_STREAMS = 8
# How many of its virtual machine's steps SQLite takes between two looks at the clock.
_STEPS = 100_000
# The advisory lock of PostgreSQL that a load holds; the number is this project's own.
_LOCK = 7_062_617_442


class TooBusyError(Exception):
    """As many answers are being sent at once as may be."""


def read_only(url: str | URL) -> URL:
    """Return ``url`` such that SQLite itself refuses to write through it."""
    return _in_mode(make_url(url), "ro")


def _in_mode(url: URL, mode: str) -> URL:
    """Return ``url`` such that SQLite opens its file in this mode, and makes none."""
    if url.get_backend_name() != "sqlite":
        return url
    path = quote(str(Path(url.database or "").absolute()))
    return url.set(database=f"file:{path}").update_query_dict({"mode": mode, "uri": "true"})


def make_engine(url: str | URL, *, writing: bool = False, **options: Any) -> Engine:
    """Return an engine whose transactions really begin, with SQLite's foreign keys enforced.

    A ``writing`` one takes a lock at once: one load waits for another, and a reader of SQLite that
    turns writer can fail. It writes to a database that is there, and makes none.
    """
    engine = create_engine(_in_mode(make_url(url), "rw") if writing else url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        if not writing:
            event.listen(engine, "begin", _begin_reading)
    if writing:
        lock = f"SELECT pg_advisory_xact_lock({_LOCK})"
        statement = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else lock
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))
    return engine


def _begin_reading(connection: Connection) -> None:
    # It takes no lock yet, so it can't fail, and SQLAlchemy need not look after it.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN")


def _configure_sqlite(connection: Any, _record: object) -> None:
    # Python's driver begins no transaction before a SELECT; a reader needs one snapshot for all
    # the statements of an answer, so the "begin" event does it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_SECONDS * 1000}")


def _set_up_reading(timeout: float) -> Callable[[Any, object], None]:
    """Return what makes a connection to PostgreSQL one that reads, in one snapshot."""

    def set_up(connection: Any, _record: object) -> None:
        try:
            connection.autocommit = True
            connection.execute(
                "SET default_transaction_read_only = on;"
                "SET default_transaction_isolation = 'repeatable read';"
                # A plan made for all values would be wrong for the most frequent and the rarest.
                "SET plan_cache_mode = force_custom_plan;"
                "SET jit = off;"
                # Another process takes longer to start than a request should take.
                "SET max_parallel_workers_per_gather = 0;"
                f"SET statement_timeout = {max(1, round(timeout * 1000))}"
            )
            connection.autocommit = False
        except BaseException:
            # The pool doesn't know it yet, and would leave it open.
            connection.close()
            raise

    return set_up


def _keep_to_file(engine: Engine) -> None:
    """Let no pooled connection read a file of SQLite that has been removed or replaced since."""
    path = file_of(engine)

    @event.listens_for(engine, "do_connect")
    def note(_dialect: object, record: Any, _arguments: object, _options: object) -> None:
        record.info["file"] = identity(path)

    @event.listens_for(engine, "checkout")
    def check(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != identity(path):
            raise DisconnectionError


def _refuse_ended(connection: Any, _record: object, _proxy: object) -> None:
    """Let nobody have a pooled connection that PostgreSQL has ended meanwhile.

    Nothing is sent over one that waits but its end, so a look at the socket tells, without asking.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


class Database:
    """The server's view of the database: pooled read-only connections."""

    def __init__(
        self, url: str | URL, statement_timeout: float = 5.0, stream_timeout: float = 30.0
    ) -> None:
        self._timeout = statement_timeout
        self.stream_timeout = stream_timeout
        self._watch: Watch | None = None
        self._streams = BoundedSemaphore(_STREAMS)
        url = make_url(url)
        if url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query:
            # A server that is gone without a word would be waited for two minutes.
            seconds = str(math.ceil(statement_timeout))
            url = url.update_query_dict({"connect_timeout": seconds})
        self.engine = make_engine(
            read_only(url), pool_size=_CONNECTIONS, max_overflow=0, pool_timeout=statement_timeout
        )
        if self.engine.dialect.name == "postgresql":
            event.listen(self.engine, "connect", _set_up_reading(statement_timeout))
            event.listen(self.engine, "checkout", _refuse_ended)
        else:
            _keep_to_file(self.engine)

    def revision(self) -> str | None:
        """Return the content hash of what is loaded now, None where it can't be told at once.

        For one thread only: that of the event loop.
        """
        if self._watch is None:
            self._watch = watch(self.engine)
        return self._watch.current()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one snapshot: all statements inside see the same revision of the data.

        A statement that is still running when the time is up fails with OperationalError.
        """
        with self.engine.connect() as connection:
            # What is prepared asks the driver, which begins nothing by itself.
            connection.begin()
            self.start_clock(connection)
            yield connection

    def start_clock(self, connection: Connection) -> None:
        """Give the statements of a connection the whole time again, from now on."""
        # PostgreSQL looks at the clock itself, anew for every statement.
        if connection.dialect.name == "sqlite":
            deadline = time.monotonic() + self._timeout
            driver: Any = connection.connection.dbapi_connection
            driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Count an answer that keeps its connection while a client takes its time.

        Raises TooBusyError where as many are being sent as may be: the rest is for short answers.
        """
        if not self._streams.acquire(blocking=False):
            raise TooBusyError
        try:
            yield
        finally:
            self._streams.release()

    def close(self) -> None:
        """Close every connection."""
        if self._watch is not None:
            self._watch.close()
        self.engine.dispose()
