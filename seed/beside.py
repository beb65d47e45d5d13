"""Beside: tables that workers fill in files of their own, while this process fills the rest.

SQLite has one writer for a file. From these files tables are copied as they are, with the indexes
that they have, and full-text indexes with the pages that they consist of.
"""

import errno
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import OperationalError


@dataclass(frozen=True)
class Schema:
    """The statements that make some tables of a SQLite database, and their indexes."""

    tables: list[str]
    indexes: list[str]


def schema(connection: Connection, tables: Collection[str]) -> Schema:
    """Return that of some tables."""
    statement = text("SELECT type, tbl_name, sql FROM sqlite_master WHERE sql <> ''")
    found = [(kind, sql) for kind, name, sql in connection.execute(statement) if name in tables]
    return Schema(
        [sql for kind, sql in found if kind == "table"],
        [sql for kind, sql in found if kind == "index"],
    )


def build(path: Path, schema: Schema, fill: Callable[[Connection], None]) -> Path:
    """Make tables in a file of their own, and fill them; return the file.

    Raises OSError where the file can't be written.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)))
    try:
        with engine.connect() as connection:
            for each in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
                connection.exec_driver_sql(f"PRAGMA {each}")
            for each in schema.tables:
                connection.exec_driver_sql(each)
            fill(connection)
            for each in schema.indexes:
                connection.exec_driver_sql(each)
            connection.commit()
    except OperationalError as error:
        # It is no fault of the database that is loaded.
        raise OSError(errno.EIO, str(error.orig)) from error
    finally:
        engine.dispose()
    return path


def copy(connection: Connection, path: Path, tables: Iterable[str]) -> None:
    """Copy tables from a file into those of the same statements."""
    database = f"built_{path.stem}"
    connection.execute(text(f"ATTACH :path AS {database}"), {"path": str(path)})
    for name in tables:
        # Into an empty table SQLite copies without a look at what is in the rows.
        connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 (names of ours)
        connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {database}.{name}")  # noqa: S608
