"""Stored counts: those that a load writes, and the statements by which requests read them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, union_all
from sqlmodel import col

from app.db.compiled import CompiledStatement, cached
from app.db.types import AnySelect
from app.domain.json import Json
from app.listing.declaration import Listing
from app.listing.facets import facet_statement, facet_value
from app.listing.negations import HAS
from app.models import StoredCount
from app.schemas.pages import MAX_FACET_VALUES

_COUNT = -col(StoredCount.negative_count)
_IN_LIST = col(StoredCount.list) == bindparam("list")
_COUNTS = CompiledStatement(
    select(col(StoredCount.facet), col(StoredCount.key), _COUNT.label("records")).where(
        _IN_LIST,
        col(StoredCount.facet).in_(bindparam("facets", expanding=True)),
        col(StoredCount.key).in_(bindparam("keys", expanding=True)),
    )
)
# Of a number YYYYMMDD a year, a month and a day; each is a multiple of the next.
_UNITS = (10_000, 100, 1)


def stored_counts(
    connection: Connection, path: str, keys: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], int]:
    """Return the counts of these keys of each facet, by facet and key, as far as there are any."""
    values = {"list": path, "facets": list(keys), "keys": list(chain(*keys.values()))}
    return {row[:2]: row.records for row in _COUNTS.rows(connection, values)}


def stored_facets(connection: Connection, path: str, names: Sequence[str]) -> dict[str, list[Json]]:
    """Return the counts of each facet, the most frequent first, one more than are shown."""
    facets: dict[str, list[Json]] = {name: [] for name in names}
    values = {"list": path} | {f"facet_{number}": name for number, name in enumerate(facets)}
    statement = cached(_facets_statement, len(facets))
    for facet, value, label, _, count in statement.rows(connection, values):
        facets[facet].append({"value": value, "label": label, "count": count})
    return facets


def _facets_statement(number: int) -> CompiledStatement:
    """Return the statement for the most frequent values of a number of facets."""
    facets = union_all(*(select(_first_values(each).subquery()) for each in range(number)))
    found = facets.subquery().c
    return CompiledStatement(
        select(*found).order_by(found.facet, found.records.desc(), found.label_key, found.value)
    )


def _first_values(number: int) -> AnySelect:
    order = [col(StoredCount.negative_count), col(StoredCount.label_key), col(StoredCount.value)]
    return (
        select(
            col(StoredCount.facet),
            col(StoredCount.value),
            col(StoredCount.label),
            col(StoredCount.label_key),
            _COUNT.label("records"),
        )
        .where(_IN_LIST, col(StoredCount.facet) == bindparam(f"facet_{number}"))
        .order_by(*order)
        .limit(MAX_FACET_VALUES + 1)
    )


class Units(NamedTuple):
    """The multiples of a ``unit`` from its ``first`` to its ``last``, both included."""

    unit: int
    first: int
    last: int


def range_units(first: int, last: int) -> list[Units]:
    """Return the units that make up a range of numbers, at most five runs of them.

    Years inside the range, then months at its ends, then days at the ends of these.
    """
    found: list[Units] = []
    rest = [(first, last)]
    for unit in _UNITS:
        ends: list[tuple[int, int]] = []
        for start, end in rest:
            whole = Units(unit, -(-start // unit), (end + 1) // unit - 1)
            if whole.first > whole.last:
                ends.append((start, end))
                continue
            found.append(whole)
            ends += [(start, whole.first * unit - 1), ((whole.last + 1) * unit, end)]
        rest = [(start, end) for start, end in ends if start <= end]
    return found


def _unit_key(unit: int, multiple: int) -> str:
    """Return the key of the count of a unit: those of one unit sort by their numbers."""
    return f"{unit}/{multiple:010}"


def unit_keys(number: int) -> list[str]:
    """Return the keys of the units that a number is in."""
    return [_unit_key(unit, number // unit) for unit in _UNITS]


def stored_range_count(connection: Connection, path: str, name: str, first: int, last: int) -> int:
    """Return the number of records with a number from ``first`` to ``last``."""
    units = range_units(first, last)
    if not units:
        return 0
    values: dict[str, Any] = {"list": path, "facet": name}
    for number, each in enumerate(units):
        values[f"first_{number}"] = _unit_key(each.unit, each.first)
        values[f"last_{number}"] = _unit_key(each.unit, each.last)
    found: int = cached(_range_statement, len(units)).rows(connection, values)[0].found
    return found


def _range_statement(number: int) -> CompiledStatement:
    """Return the statement for the sum of a number of runs of units."""
    counts = union_all(*(_count_between(each) for each in range(number))).subquery()
    return CompiledStatement(select(func.coalesce(func.sum(counts.c.records), 0).label("found")))


def _count_between(number: int) -> AnySelect:
    return select(_COUNT.label("records")).where(
        _IN_LIST,
        col(StoredCount.facet) == bindparam("facet"),
        # Not BETWEEN: PostgreSQL can't parse the COLLATE that SQLAlchemy adds to its bounds.
        col(StoredCount.key) >= bindparam(f"first_{number}"),
        col(StoredCount.key) <= bindparam(f"last_{number}"),
    )


def counts_to_store(connection: Connection, listing: Listing) -> Iterator[Json]:
    """Yield the rows of ``StoredCount`` for a list."""
    row = {"list": listing.path, "facet": "", "key": "", "value": "", "label": "", "label_key": ""}
    records = select(func.count()).select_from(listing.source).where(*listing.base_conditions)
    yield {**row, "negative_count": -connection.execute(records).scalar_one()}
    for name, facet in listing.counted:
        statement = cached(facet_statement, listing, frozenset(), facet, None)
        for each in map(facet_value, statement.rows(connection, {})):
            count = each.pop("count")
            # What only tells that there is a value is never shown as one.
            shown = {"key": each["key"]} if name == HAS else each
            yield {**row, "facet": name, **shown, "negative_count": -count}
    for name, each_filter in listing.filters.items():
        column: Any = each_filter.access.range_column
        if column is not None:
            for key, count in _unit_counts(connection, listing, column).items():
                yield {**row, "facet": name, "key": key, "negative_count": -count}


def _unit_counts(connection: Connection, listing: Listing, column: Any) -> Counter[str]:
    """Return the number of records by the units of a number."""
    statement = (
        select(column, func.count())
        .select_from(listing.source)
        .where(*listing.base_conditions)
        .group_by(column)
    )
    counts: Counter[str] = Counter()
    for number, count in connection.execute(statement).all():
        for key in unit_keys(number):
            counts[key] += count
    return counts
