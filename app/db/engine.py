"""Engines of SQLite and PostgreSQL: a writing one for loads, a read-only one for the server."""

import logging
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError

logger = logging.getLogger(__name__)

# The key of PostgreSQL's advisory lock for writers: an arbitrary number, used by nothing else.
_WRITE_LOCK = 7_062_617_442
_LONGEST_WAIT = 3_600.0
"""Seconds that a load or a migration waits for another one, which may be of everything."""


def read_only(url: str | URL) -> URL:
    """Return a URL that opens SQLite read-only; PostgreSQL's is unchanged."""
    return _with_mode(make_url(url), "ro")


def _with_mode(url: URL, mode: str) -> URL:
    """Return a URL that opens an existing SQLite file in ``mode``; PostgreSQL's is unchanged."""
    if url.get_backend_name() != "sqlite":
        return url
    path = quote(str(Path(url.database or "").absolute()))
    return url.set(database=f"file:{path}").update_query_dict({"mode": mode, "uri": "true"})


def sqlite_file(engine: Engine) -> Path:
    """Return the file of a reading or writing engine of SQLite."""
    return Path(unquote((engine.url.database or "").removeprefix("file:")))


def file_id(path: Path) -> tuple[int, int] | None:
    """Return device and inode of a file, None without one; a replaced file has another pair."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def one_line(error: Exception) -> str:
    """Return the database's own message in one line; a COPY raises the driver's error."""
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())


def make_engine(
    url: str | URL, *, writing: bool = False, creating: bool = False, **options: Any
) -> Engine:
    """Return an engine whose transactions begin with BEGIN, with foreign keys enforced on SQLite.

    A ``writing`` engine takes the write lock at BEGIN: loads and migrations wait for one another,
    and SQLite can refuse a lock that a read transaction requests later. Only where it is
    ``creating``, too, does it create a missing file.
    """
    mode = "rwc" if creating else "rw"
    engine = create_engine(_with_mode(make_url(url), mode) if writing else url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        if not writing:
            event.listen(engine, "begin", _begin_reading)
    if writing:
        begin = _lock_file if engine.dialect.name == "sqlite" else _lock_server
        event.listen(engine, "begin", begin)
    return engine


def _lock_server(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


def _lock_file(connection: Connection) -> None:
    """Begin, and wait for other writers; ``timeout`` in the URL limits that, in seconds."""
    end = time.monotonic() + float(str(connection.engine.url.query.get("timeout", _LONGEST_WAIT)))
    while True:
        try:
            # In the driver, which waits for 5 seconds each time: Ctrl-C can't interrupt it.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if "database is locked" not in str(error) or time.monotonic() >= end:
                raise
        else:
            return


def make_reading_engine(url: URL, timeout: float, connections: int) -> Engine:
    """Return the server's engine: a pool of read-only connections with bounded statements.

    ``timeout`` is in seconds: for a free connection, and on PostgreSQL for each statement.
    """
    is_sqlite = url.get_backend_name() == "sqlite"
    if not is_sqlite:
        # Its driver is slow to import, and SQLite needs none of it.
        from app.db import postgresql  # noqa: PLC0415

        url = postgresql.with_timeouts(url, timeout)
    # Python's driver keeps 128 prepared statements for each connection, of about 10 kB.
    driver = {"cached_statements": 32} if is_sqlite else {}
    engine = make_engine(
        read_only(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeout,
        connect_args=driver,
    )
    if is_sqlite:
        _discard_replaced(engine)
        _warn_of_read_only_medium(sqlite_file(engine))
    else:
        postgresql.configure(engine, timeout)
    return engine


def _begin_reading(connection: Connection) -> None:
    # A deferred BEGIN takes no lock and can't fail, so SQLAlchemy's error handling is bypassed.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN")


def _configure_sqlite(connection: Any, _record: object) -> None:
    # Python's driver begins no transaction before a SELECT; a response needs one snapshot for all
    # of its statements, so the "begin" event does it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _warn_of_read_only_medium(path: Path) -> None:
    """Log why SQLite won't open a file in WAL mode where its index can't be written beside it.

    ``immutable=1`` would open it, and give wrong answers if others can write the file after all: a
    mount or folder that is read-only here doesn't tell.
    """
    if Path(f"{path}-shm").exists() or os.access(path.parent, os.W_OK, effective_ids=True):
        return
    with suppress(OSError), path.open("rb") as file:
        # https://sqlite.org/fileformat.html: the versions for writing and reading.
        if file.read(20)[18:] == b"\2\2":
            logger.warning(
                "%s is in WAL mode, which SQLite can't open in a folder that can't be written; "
                "before it comes there, run: sqlite3 %s 'PRAGMA journal_mode = DELETE'",
                path,
                path.name,
            )


def _discard_replaced(engine: Engine) -> None:
    """Discard pooled connections to a SQLite file that was removed or replaced."""
    path = sqlite_file(engine)

    @event.listens_for(engine, "do_connect")
    def remember_file(_dialect: object, record: Any, _args: object, _options: object) -> None:
        record.info["file"] = file_id(path)

    @event.listens_for(engine, "checkout")
    def check_file(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != file_id(path):
            raise DisconnectionError
