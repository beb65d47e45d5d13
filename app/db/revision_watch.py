"""The revision watch: the current revision of the data, without a statement for each request."""

import logging
import sqlite3
import threading
import time
from functools import partial
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine

from app.db.engine import file_id, sqlite_file
from app.db.postgresql import GRACE, bounded_connect
from app.models.revision import CHANNEL

logger = logging.getLogger(__name__)

_QUERY = "SELECT content_hash FROM revision"
# Seconds: between two polls of PostgreSQL, until an unconfirmed revision expires, and for one wait
# on its notifications.
_POLL = 0.5
_MAX_AGE = 3.0
_NOTIFY_TIMEOUT = 0.05


class RevisionWatcher(Protocol):
    """A source of the current revision."""

    def current(self) -> str | None:
        """Return the content hash of the loaded data, None where it is unknown."""

    def close(self) -> None:
        """Stop watching."""


class SqliteWatcher:
    """A poller of SQLite's ``data_version``, a counter of commits in shared memory.

    The counter is relative to one connection, so one is held open, and used by one thread.
    """

    def __init__(self, engine: Engine, ttl: float) -> None:
        args, options = engine.dialect.create_connect_args(engine.url)
        # The event loop must wait neither for a lock nor for a place in the pool.
        options = {**options, "timeout": 0}
        self._connect = partial(engine.dialect.connect, *args, **options)
        self._path = sqlite_file(engine)
        self._ttl = ttl
        self._file: tuple[int, int] | None = None
        self._polled_at = 0.0
        self._connection: Any = None
        self._version: int | None = None
        self._revision: str | None = None

    def current(self) -> str | None:
        """Return the content hash of the loaded data, None where it is unknown."""
        now = time.monotonic()
        if now - self._polled_at < self._ttl:
            return self._revision
        self._polled_at = now
        file = file_id(self._path)
        if file != self._file:
            self.close()
        try:
            if self._connection is None:
                self._connection, self._file = self._connect(), file
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                row = self._connection.execute(_QUERY).fetchone()
                self._version, self._revision = version, row and row[0]
        except sqlite3.Error:
            self.close()
        return self._revision

    def close(self) -> None:
        """Stop watching."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = self._revision = None


class PostgresWatcher:
    """A listener of PostgreSQL in a thread; a replica, which can't notify, is polled."""

    def __init__(self, engine: Engine) -> None:
        args, options = engine.dialect.create_connect_args(engine.url)
        connect = bounded_connect(_MAX_AGE + GRACE)
        self._connect = partial(connect, *args, **{**options, "autocommit": True})
        self._latest: tuple[str | None, float] = (None, 0)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="revision", daemon=True)
        self._thread.start()

    def current(self) -> str | None:
        """Return the content hash of the loaded data, None where it is unknown."""
        revision, confirmed_at = self._latest
        return revision if time.monotonic() - confirmed_at < _MAX_AGE else None

    def close(self) -> None:
        """Stop watching."""
        self._stopped.set()
        # The thread may hang on a host that doesn't answer; the process need not.
        self._thread.join(_MAX_AGE)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._connect() as connection:
                    self._watch(connection)
            except psycopg.Error as error:
                self._latest = (None, 0)
                logger.warning("nobody tells the current revision: %s", str(error).strip())
                self._stopped.wait(_POLL)

    def _watch(self, connection: psycopg.Connection) -> None:
        connection.execute(f"SET statement_timeout = {int(_MAX_AGE * 1000)}")
        try:
            connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.errors.ReadOnlySqlTransaction:
            logger.info("a replica sends no notifications, so it is polled")
        while not self._stopped.is_set():
            polled_at = time.monotonic()
            row = connection.execute(_QUERY).fetchone()
            self._latest = (row[0] if row else None, polled_at)
            notified = False
            while not (notified or self._stopped.is_set() or time.monotonic() - polled_at >= _POLL):
                notifications = connection.notifies(timeout=_NOTIFY_TIMEOUT, stop_after=1)
                notified = any(True for _ in notifications)


def make_watcher(engine: Engine, ttl: float) -> RevisionWatcher:
    """Return the watcher of the database behind an engine; ``ttl`` in seconds is for SQLite."""
    if engine.dialect.name == "sqlite":
        return SqliteWatcher(engine, ttl)
    return PostgresWatcher(engine)
