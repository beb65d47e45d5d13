"""Rows: for one table, in the form in which processes pass them on and drivers take them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, TableClause

ItemT = TypeVar("ItemT")

CHUNK = 5_000
"""How many rows are in hand at once."""

Row = dict[str, Any]


@dataclass
class Rows:
    """Rows that all have the same columns."""

    columns: tuple[str, ...] = ()
    values: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, rows: Iterable[Row]) -> None:
        """Add some."""
        for row in rows:
            self.columns = self.columns or tuple(row)
            self.values.append(tuple(row.values()))


def batched(items: Sequence[ItemT], size: int) -> Iterator[Sequence[ItemT]]:
    """Yield the items, some together."""
    return (items[start : start + size] for start in range(0, len(items), size))


def store(connection: Connection, into: Table | TableClause, rows: Rows) -> None:
    """Insert rows as the driver takes them fastest: PostgreSQL's by COPY.

    Values may be texts as UTF-8: long ones take SQLite's driver less time so.
    """
    if not rows.values:
        return
    encoded = [isinstance(value, bytes) for value in rows.values[0]]
    columns = ", ".join(f'"{name}"' for name in rows.columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.dbapi_connection
        statement = f"COPY {into.name} ({columns}) FROM STDIN"
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows.values:
                copy.write_row(map(_decoded, row) if any(encoded) else row)
        return
    marks = ", ".join("CAST(? AS TEXT)" if each else "?" for each in encoded)
    statement = f"INSERT INTO {into.name} ({columns}) VALUES ({marks})"  # noqa: S608 (names of ours)
    for some in batched(rows.values, CHUNK):
        connection.exec_driver_sql(statement, list(some))


def _decoded(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
