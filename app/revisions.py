"""Revisions: which one the database has now, known without asking it anew for every request."""

import logging
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import psycopg
from sqlalchemy import Engine

logger = logging.getLogger(__name__)

CHANNEL = "pobratim_revision"
"""Where PostgreSQL tells that a load has been committed."""
_QUERY = "SELECT content_hash FROM revision"
# How long PostgreSQL's word is taken for true, and how often it is asked for it, in seconds.
_TRUSTED = 3.0
_ASKED = 0.5
_WAIT = 0.05
# How long SQLite's word is taken for true.
_MOMENT = 0.002


def file_of(engine: Engine) -> Path:
    """Return the file of SQLite that a reading engine leads to."""
    return Path(unquote((engine.url.database or "").removeprefix("file:")))


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another that takes its place, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Watch(Protocol):
    """What knows the current revision."""

    def current(self) -> str | None:
        """Return the content hash of what is loaded, None where it can't be told."""

    def close(self) -> None:
        """Stop watching."""


class SqliteWatch:
    """Asks SQLite's counter of commits, which lies in memory that all processes share.

    The counter is good for one connection only, so this one is kept, and used by one thread.
    """

    def __init__(self, engine: Engine) -> None:
        arguments, options = engine.dialect.create_connect_args(engine.url)
        # Who serves everybody else must wait neither for a lock nor for a place in the pool.
        options = {**options, "timeout": 0}
        self._connect = partial(engine.dialect.connect, *arguments, **options)
        self._path = file_of(engine)
        self._file: tuple[int, int] | None = None
        self._asked = 0.0
        self._connection: Any = None
        self._version: int | None = None
        self._revision: str | None = None

    def current(self) -> str | None:
        """Return the content hash of what is loaded, None where it can't be told."""
        # Under load, to ask the system for every answer costs as much as to send it.
        now = time.monotonic()
        if now - self._asked < _MOMENT:
            return self._revision
        self._asked = now
        file = identity(self._path)
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


class PostgresWatch:
    """Listens to PostgreSQL in a thread; a replica, which can't tell, is asked again and again."""

    def __init__(self, engine: Engine) -> None:
        arguments, options = engine.dialect.create_connect_args(engine.url)
        self._target = (arguments, {**options, "autocommit": True})
        self._known: tuple[str | None, float] = (None, 0)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="revision", daemon=True)
        self._thread.start()

    def current(self) -> str | None:
        """Return the content hash of what is loaded, None where it can't be told."""
        revision, at = self._known
        return revision if time.monotonic() - at < _TRUSTED else None

    def close(self) -> None:
        """Stop watching."""
        self._stopped.set()
        # A server that has gone without a word keeps it waiting; the process need not.
        self._thread.join(_TRUSTED)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(*self._target[0], **self._target[1]) as connection:
                    self._watch(connection)
            except psycopg.Error as error:
                self._known = (None, 0)
                logger.warning("nobody tells the current revision: %s", str(error).strip())
                self._stopped.wait(_ASKED)

    def _watch(self, connection: psycopg.Connection) -> None:
        connection.execute(f"SET statement_timeout = {int(_TRUSTED * 1000)}")
        try:
            connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.errors.ReadOnlySqlTransaction:
            logger.info("a replica tells of no load, so it is asked")
        while not self._stopped.is_set():
            at = time.monotonic()
            row = connection.execute(_QUERY).fetchone()
            self._known = (row[0] if row else None, at)
            told = False
            while not told and not self._stopped.is_set() and time.monotonic() - at < _ASKED:
                told = any(True for _ in connection.notifies(timeout=_WAIT, stop_after=1))


def watch(engine: Engine) -> Watch:
    """Return what knows the current revision of the database that an engine leads to."""
    return SqliteWatch(engine) if engine.dialect.name == "sqlite" else PostgresWatch(engine)
