"""The transaction of a load: its connection, its errors, and indexes that are made afterwards."""

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage
from typing import Any

from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from app.db.engine import make_engine, one_line, sqlite_file
from app.db.schema_version import schema_error
from app.models import metadata
from seed.errors import LoadError

_CACHE_KIB = 128 * 1024


@contextmanager
def load_transaction(url: str) -> Iterator[Connection]:
    """Yield a connection in the one transaction of a load; raise LoadError for its errors."""
    engine = make_engine(url, writing=True)
    driver: Any = engine.dialect.loaded_dbapi
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "close", _restore_wal)
    try:
        with engine.begin() as connection:
            yield connection
    except (IntegrityError, driver.IntegrityError) as error:
        raise LoadError(
            f"the database refuses what the documents say: {one_line(error)}"
        ) from error
    except (DBAPIError, driver.Error) as error:
        reason = one_line(error)
        raise LoadError(
            f"the database can't take the load: {reason} ({_advice(engine, reason)})"
        ) from error
    except BrokenProcessPool as error:
        raise LoadError("a process of the load was ended (is there memory enough?)") from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise LoadError(f"the load can't go on: {place}{error.strerror or error}") from error
    finally:
        engine.dispose()


def _advice(engine: Engine, reason: str) -> str:
    """Return what to look at: where SQLite lacked room, how much there is on either disk."""
    if engine.dialect.name == "sqlite" and ("disk is full" in reason or "I/O error" in reason):
        database, temporary = (
            f"{disk_usage(folder).free / 2**20:,.1f} MiB in {folder}"
            for folder in (sqlite_file(engine).parent, _sqlite_temporary_folder())
        )
        return f"for the database there are {database}, for temporary files {temporary}"
    return (
        "is it there, migrated with `alembic upgrade head`, writable, whole and not locked, with "
        "room on its disk?"
    )


def _sqlite_temporary_folder() -> Path:
    """Return where SQLite puts temporary files, see https://sqlite.org/tempfiles.html."""
    named = filter(None, map(os.environ.get, ("SQLITE_TMPDIR", "TMPDIR")))
    folders = map(Path, (*named, "/var/tmp", "/usr/tmp", "/tmp"))  # noqa: S108 (only named)
    return next((each for each in folders if os.access(each, os.W_OK | os.X_OK)), Path.cwd())


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # References are checked by the load itself, those of what it touches alone; SQLite would look
    # for the 100,000 rows that refer to a city.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    connection.execute(f"PRAGMA temp.cache_size = -{_CACHE_KIB}")
    # What is public anyway need not be overwritten with zeros before it is replaced.
    connection.execute("PRAGMA secure_delete = OFF")
    # What is wrong with the file, the load's first statement will say.
    with suppress(sqlite3.Error):
        if connection.execute("SELECT id FROM entity LIMIT 1").fetchall():
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut could undo the load, not break the database.
            connection.execute("PRAGMA synchronous = NORMAL")
        else:
            # A log is for those who read the old data. Where there is none, all would only be
            # written twice. SQLite refuses while others have the file open, and keeps the log.
            connection.execute("PRAGMA journal_mode = DELETE")


def _restore_wal(connection: Any, _record: object) -> None:
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA main.journal_mode = WAL")


def check_schema(connection: Connection) -> None:
    """Raise LoadError where the database isn't that of this code."""
    if wrong := schema_error(connection):
        raise LoadError(wrong)


_INDEXES = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''",
    "postgresql": (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ),
}


@contextmanager
def dropped_indexes(connection: Connection, tables: set[str], *, read: bool) -> Iterator[None]:
    """Fill tables without their indexes, which are made twice as fast afterwards.

    On SQLite those who ``read`` the old data don't notice: the old tables and indexes stay theirs
    until the load commits. On PostgreSQL they would wait, so there it is done where nobody does.
    """
    indexes: list[tuple[str, str]] = []
    if connection.dialect.name == "sqlite" or (not read and _try_lock(connection, tables)):
        found = connection.exec_driver_sql(_INDEXES[connection.dialect.name])
        indexes = [(name, sql) for owner, name, sql in found if owner in tables]
    for name, _ in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    if indexes and connection.dialect.name == "postgresql":
        # It makes no index on a table of which references are still to be checked.
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    for _, sql in indexes:
        connection.exec_driver_sql(sql)


def _try_lock(connection: Connection, tables: set[str]) -> bool:
    """Lock PostgreSQL's tables, unless others have them in use; return whether they are locked."""
    names = ", ".join(sorted(tables))
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT")
    except OperationalError:
        return False
    return True


def check_references(connection: Connection) -> None:
    """Raise LoadError where a row of SQLite refers to none.

    SQLite's own check looks every reference up; that of each value once, in the order of an index,
    takes a fifth of the time.
    """
    if connection.dialect.name != "sqlite":
        return
    for name, table in metadata.tables.items():
        for key in table.foreign_keys:
            value = select(key.parent).where(key.parent.is_not(None)).distinct().subquery().c[0]
            if connection.execute(select(value).where(value.not_in(select(key.column)))).first():
                wrong = connection.execute(text(f"PRAGMA foreign_key_check({name})")).first()
                raise LoadError(
                    f"the database refuses what the documents say: {tuple(wrong or ())}"
                )
