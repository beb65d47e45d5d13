"""Bulk writes: many rows at once, as each driver takes them fastest."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, TableClause

ItemT = TypeVar("ItemT")

CHUNK = 5_000
"""The number of rows in hand at once."""

Row = Sequence[Any]


def batched(items: Iterable[ItemT], size: int) -> Iterator[list[ItemT]]:
    """Yield the items in lists of ``size``; ``itertools`` has it from Python 3.12."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def insert_rows(
    connection: Connection,
    table: TableClause,
    rows: Sequence[Row],
    columns: Iterable[str] = (),
    *,
    replace: bool = False,
) -> None:
    """Insert rows with values for ``columns``, or for all; ``replace`` those with the same id.

    Values may be texts as UTF-8, which saves SQLite's driver from encoding long ones.
    """
    if not rows:
        return
    names = tuple(columns) or tuple(table.columns.keys())
    encoded = [isinstance(value, bytes) for value in rows[0]]
    quoted = ", ".join(f'"{name}"' for name in names)
    into = f"{table.name} ({quoted})"
    if connection.dialect.name == "postgresql":
        decoded = [[_decoded(value) for value in row] for row in rows] if any(encoded) else rows
        driver: Any = connection.connection.dbapi_connection
        with driver.cursor() as cursor:
            if replace:
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(_upsert(into, marks, names), decoded)
                return
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in decoded:
                    copy.write_row(row)
        return
    marks = ", ".join("CAST(? AS TEXT)" if each else "?" for each in encoded)
    insert = f"INSERT INTO {into} VALUES ({marks})"
    statement = _upsert(into, marks, names) if replace else insert
    for some in batched(rows, CHUNK):
        connection.exec_driver_sql(statement, list(map(tuple, some)))


def _upsert(into: str, marks: str, names: Sequence[str]) -> str:
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
    return f"INSERT INTO {into} VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}"


def _decoded(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
