"""Totals and facet counts: those stored by a load, or counted for the request."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.db.compiled import cached
from app.domain.json import Json
from app.listing.declaration import Listing
from app.listing.facets import display, facet_statement, facet_value
from app.listing.planner import ListStatistics, residual_filters
from app.listing.selection import Selection
from app.listing.statements import total_statement
from app.listing.stored_counts import stored_counts, stored_facets, stored_range_count
from app.schemas.pages import MAX_FACET_VALUES


def read_statistics(
    connection: Connection, listing: Listing, selection: Selection
) -> ListStatistics:
    """Return the stored counts of the whole list and of the values of a selection."""
    keys = {
        name: _stored_keys(selection.values[name])
        for name in selection.active
        if name in listing.facets
    }
    stored = stored_counts(connection, listing.items_path, {"": [""], **keys})
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
    return [display(each) for each in (bound if isinstance(bound, list) else [bound])]


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
        return stored_range_count(connection, listing.items_path, name, first, last)

    return stored("") - stored("gap_")


def count_facets(
    connection: Connection,
    listing: Listing,
    selection: Selection,
    statistics: ListStatistics,
    names: Sequence[str],
) -> dict[str, list[Json]]:
    """Return the counts of each facet, the most frequent first, one more than are shown."""
    if names and not selection.active and statistics.row_count is not None:
        return stored_facets(connection, listing.items_path, names)
    facets: dict[str, list[Json]] = {}
    for name in names:
        statement = cached(facet_statement, listing, selection.active, name, MAX_FACET_VALUES + 1)
        values = map(facet_value, statement.rows(connection, selection.values))
        # Collations differ between the databases, so Python breaks the ties.
        by_count = sorted(
            values, key=lambda each: (-each["count"], each["label_key"], each["value"])
        )
        facets[name] = [
            {field: each[field] for field in ("value", "label", "count")} for each in by_count
        ]
    return facets
