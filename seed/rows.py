"""Rows: for one table, in the form in which processes pass them on and drivers take them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

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
