"""Totals and facet counts: those stored by a load, or counted for the request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlmodel import col

from app.db.compiled import CompiledStatement, cached
from app.db.types import AnyRow
from app.domain.json import Json
from app.domain.text import fold
from app.listing.declaration import Listing
from app.listing.planner import ListStatistics, residual_filters
from app.listing.selection import Selection
from app.listing.statements import facet_statement, total_statement
from app.models import StoredCount
from app.schemas.pages import MAX_FACET_VALUES

STORED_COUNTS = CompiledStatement(
    select(
        col(StoredCount.facet), col(StoredCount.key), col(StoredCount.count).label("records")
    ).where(
        col(StoredCount.list) == bindparam("list"),
        col(StoredCount.facet).in_(bindparam("facets", expanding=True)),
        col(StoredCount.key).in_(bindparam("keys", expanding=True)),
    )
)
STORED_FACETS = CompiledStatement(
    select(
        col(StoredCount.facet),
        col(StoredCount.value),
        col(StoredCount.label),
        col(StoredCount.count).label("records"),
    )
    .where(
        col(StoredCount.list) == bindparam("list"),
        col(StoredCount.facet).in_(bindparam("facets", expanding=True)),
        col(StoredCount.position) <= MAX_FACET_VALUES,
    )
    .order_by(col(StoredCount.facet), col(StoredCount.position))
)


def _cumulative(bound: str) -> Any:
    """Return the stored number of records with a value up to the one bound as ``bound``."""
    position = col(StoredCount.position)
    counts = select(col(StoredCount.count)).where(
        col(StoredCount.list) == bindparam("list"),
        col(StoredCount.facet) == bindparam("facet"),
        position <= bindparam(bound),
    )
    return func.coalesce(counts.order_by(position.desc()).limit(1).scalar_subquery(), 0)


STORED_RANGE = CompiledStatement(
    select((_cumulative("last") - _cumulative("before")).label("found"))
)


def read_statistics(
    connection: Connection, listing: Listing, selection: Selection
) -> ListStatistics:
    """Return the stored counts of the whole list and of the values of a selection."""
    keys = {
        name: _stored_keys(selection.values[name])
        for name in selection.active
        if name in listing.facets
    }
    values = {
        "list": listing.items_path,
        "facets": ["", *keys],
        "keys": ["", *chain(*keys.values())],
    }
    stored = {row[:2]: row.records for row in STORED_COUNTS.rows(connection, values)}
    counts = {
        name: [stored[name, key] for key in sent if (name, key) in stored]
        for name, sent in keys.items()
    }
    return ListStatistics(
        row_count=stored.get(("", "")),
        total=_stored_total(selection, stored.get(("", "")), counts),
        matches={name: sum(each) for name, each in counts.items()},
        index_sorted=frozenset(
            name
            for name in selection.active & listing.filters.keys()
            if listing.filters[name].access.has_sorted_index
            and len(_stored_keys(selection.values[name])) == 1
        ),
    )


def _stored_keys(bound: Any) -> list[str]:
    """Return the keys of stored counts for the values bound to a filter."""
    return [_display(each) for each in (bound if isinstance(bound, list) else [bound])]


def _stored_total(
    selection: Selection, row_count: int | None, counts: Mapping[str, Sequence[int]]
) -> int | None:
    """Return the stored number of matches of no filter or of one value, None of any other."""
    if not selection.active:
        return row_count
    if len(selection.active) == 1 and selection.active == selection.single_valued == counts.keys():
        (found,) = counts.values()
        # An id that several kinds share denotes several records, which may belong to one match.
        if len(found) == 1:
            return found[0]
    return None


def count_total(
    connection: Connection, listing: Listing, selection: Selection, statistics: ListStatistics
) -> int:
    """Return the number of matches; above the cap it need not be exact."""
    if statistics.total is not None:
        return statistics.total
    if statistics.row_count is not None and len(selection.active) == 1:
        (name,) = selection.active
        if listing.all_filters[name].access.range_column is not None:
            return _range_total(connection, listing, name, selection.values)
    residual = residual_filters(statistics, selection.active)
    statement = cached(total_statement, listing, selection.active, residual)
    total: int = statement.rows(connection, selection.values)[0].found
    return total


def _range_total(
    connection: Connection, listing: Listing, name: str, values: Mapping[str, Any]
) -> int:
    """Return the stored number of records in a filter's range, less those in its gap."""

    def stored(part: str) -> int:
        first, last = values[f"{name}_{part}first"], values[f"{name}_{part}last"]
        if last < first:
            return 0
        bound = {"list": listing.items_path, "facet": name, "before": first - 1, "last": last}
        found: int = STORED_RANGE.rows(connection, bound)[0].found
        return found

    return stored("") - stored("gap_")


def count_facets(
    connection: Connection,
    listing: Listing,
    selection: Selection,
    statistics: ListStatistics,
    names: Sequence[str],
) -> dict[str, list[Json]]:
    """Return the counts of each facet, the most frequent first, one more than are shown."""
    facets: dict[str, list[Json]] = {name: [] for name in names}
    if facets and not selection.active and statistics.row_count is not None:
        values = {"list": listing.items_path, "facets": list(facets)}
        for name, value, label, count in STORED_FACETS.rows(connection, values):
            facets[name].append({"value": value, "label": label, "count": count})
    else:
        for name in facets:
            statement = cached(facet_statement, listing, selection.active, name)
            facets[name] = [
                {field: row[field] for field in ("value", "label", "count")}
                for row in facet_values(statement.rows(connection, selection.values))
            ]
    return facets


def facet_values(rows: Iterable[AnyRow]) -> list[Json]:
    """Return the counts of a facet, the most frequent first, each with its key."""
    values = [
        {
            "key": str(row.key),
            "value": f"{row.kind}:{row.value}" if row.kind else _display(row.value),
            "label": _display(row.label),
            "count": row.records,
        }
        for row in rows
    ]
    # Collations differ between the databases, so Python breaks the ties.
    return sorted(values, key=lambda each: (-each["count"], fold(each["label"]), each["value"]))


def _display(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def counts_to_store(connection: Connection, listing: Listing) -> Iterator[Json]:
    """Yield the rows of ``StoredCount`` for a list."""
    whole = {"list": listing.path, "facet": "", "position": 0, "key": "", "value": "", "label": ""}
    records = select(func.count()).select_from(listing.source).where(*listing.base_conditions)
    yield {**whole, "count": connection.execute(records).scalar_one()}
    for name in listing.facets:
        rows = facet_statement(listing, frozenset(), name).rows(connection, {})
        for position, each in enumerate(facet_values(rows)):
            yield {"list": listing.path, "facet": name, "position": position, **each}
    for name, each_filter in listing.filters.items():
        number: Any = each_filter.access.range_column
        if number is None:
            continue
        statement = (
            select(number, func.count())
            .select_from(listing.source)
            .where(*listing.base_conditions)
            .group_by(number)
            .order_by(number)
        )
        cumulative = 0
        for value, count in connection.execute(statement):
            cumulative += count
            row = {"facet": name, "position": value, "key": str(value), "count": cumulative}
            yield {**whole, **row}
