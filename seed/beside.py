"""Beside: tables that other processes fill in files of their own, while this one fills the rest.

SQLite has one writer for a file. From these files tables are copied as they are, with the indexes
that they have, and full-text indexes with the pages that they consist of.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import Connection, create_engine, text


def statements(connection: Connection, tables: Iterable[str]) -> list[str]:
    """Return the statements that make some tables of a SQLite database, and their indexes."""
    named = text("SELECT tbl_name, sql FROM sqlite_master WHERE sql <> '' ORDER BY rowid")
    return [sql for name, sql in connection.execute(named) if name in set(tables)]


def build(path: Path, statements: Iterable[str], fill: Callable[[Connection], None]) -> Path:
    """Make tables in a file of their own, and fill them; return the file."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        for each in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            connection.exec_driver_sql(f"PRAGMA {each}")
        for each in statements:
            connection.exec_driver_sql(each)
        fill(connection)
        connection.commit()
    engine.dispose()
    return path


def copy(connection: Connection, path: Path, tables: Iterable[str]) -> None:
    """Copy tables from a file into those of the same statements."""
    schema = path.stem
    connection.execute(text(f"ATTACH :path AS {schema}"), {"path": str(path)})
    for name in tables:
        # Into an empty table SQLite copies without a look at what is in the rows.
        connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 (names of ours)
        connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {schema}.{name}")  # noqa: S608
