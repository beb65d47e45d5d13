"""Totals and facet counts: those stored by a load, or counted for the request."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from app.db.compiled import cached
from app.domain.json import Json
from app.listing.declaration import Listing
from app.listing.facets import display, facet_statement, facet_value, lacking_statement
from app.listing.negations import HAS
from app.listing.planner import ListStatistics, residual_filters
from app.listing.selection import Selection
from app.listing.statements import total_statement
from app.listing.stored_counts import stored_counts, stored_facets, stored_range_count
from app.schemas.pages import MAX_FACET_VALUES


def read_statistics(
    connection: Connection, listing: Listing, selection: Selection, facets: Sequence[str] = ()
) -> ListStatistics:
    """Return the stored counts of the whole list, and of the values and facets of a request."""
    sent = {name: _stored_keys(listing, selection, name) for name in selection.active}
    keys: dict[str, list[str]] = defaultdict(list, {"": [""]})
    for name in sent.keys() & listing.counted_as.keys():
        keys[listing.counted_as[name].facet] += sent[name]
    if optional := [name for name in facets if name in listing.presence]:
        keys[HAS] += optional
    stored = stored_counts(connection, listing.items_path, keys)
    counts = {
        name: [stored[facet, key] for key in sent[name] if (facet, key) in stored]
        for name, (facet, *_) in listing.counted_as.items()
        if name in sent
    }
    return ListStatistics(
        row_count=stored.get(("", "")),
        total=_stored_total(listing, selection, stored.get(("", "")), counts),
        matches={name: sum(counts[name]) for name in counts.keys() & selection.drivers},
        present={name: stored.get((HAS, name), 0) for name in optional},
        index_sorted=frozenset(
            name
            for name in selection.active & listing.filters.keys()
            if listing.filters[name].access.has_sorted_index and len(sent[name]) == 1
        ),
    )


def _stored_keys(listing: Listing, selection: Selection, name: str) -> list[str]:
    """Return the keys of the stored counts of an active filter or negation; [] without any."""
    if name not in listing.counted_as:
        return []
    key = listing.counted_as[name].key
    bound = selection.values[name] if key is None else key
    return [display(each) for each in (bound if isinstance(bound, list) else [bound])]


def _stored_total(
    listing: Listing,
    selection: Selection,
    row_count: int | None,
    counts: Mapping[str, Sequence[int]],
) -> int | None:
    """Return the stored number of matches of no filter or of one value, None of any other."""
    if not selection.active or row_count is None:
        return row_count
    if (
        len(selection.active) > 1
        or not selection.active == selection.single_valued == counts.keys()
    ):
        return None
    ((name, found),) = counts.items()
    facet, _, is_complement = listing.counted_as[name]
    # An id that several kinds share denotes several records, which may belong to one match.
    if len(found) != 1 and facet != HAS:
        return None
    return row_count - sum(found) if is_complement else sum(found)


def count_total(
    connection: Connection, listing: Listing, selection: Selection, statistics: ListStatistics
) -> int:
    """Return the number of matches; above the cap it need not be exact."""
    if statistics.total is not None:
        return statistics.total
    if statistics.row_count is not None and len(selection.active) == 1:
        (name,) = selection.active
        if listing.conditions[name].access.range_column is not None:
            return _range_total(connection, listing, name, selection.values)
    residual = residual_filters(statistics, selection.drivers)
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


class FacetCounts(NamedTuple):
    """The counts of the values of a facet, and the number of matches without a value.

    The most frequent come first, and there is one more than are shown.
    """

    values: list[Json]
    lacking: int


def count_facets(
    connection: Connection,
    listing: Listing,
    selection: Selection,
    statistics: ListStatistics,
    names: Sequence[str],
) -> dict[str, FacetCounts]:
    """Return the counts of each facet."""
    if not names:
        return {}
    if not selection.active and statistics.row_count is not None:
        facets = stored_facets(connection, listing.items_path, names)
        size, present = statistics.row_count, statistics.present
        lacking = {name: size - count for name, count in present.items()}
    else:
        facets = {name: _facet_values(connection, listing, selection, name) for name in names}
        lacking = _count_lacking(connection, listing, selection, facets)
    return {name: FacetCounts(each, lacking.get(name, 0)) for name, each in facets.items()}


def _count_lacking(
    connection: Connection, listing: Listing, selection: Selection, facets: Iterable[str]
) -> dict[str, int]:
    """Return the number of matches that lack a value of each facet that some may lack."""
    optional = tuple(name for name in facets if name in listing.presence)
    if not optional:
        return {}
    statement = cached(lacking_statement, listing, selection.active, optional)
    (counts,) = statement.rows(connection, selection.values)
    return dict(zip(optional, counts, strict=True))


def _facet_values(
    connection: Connection, listing: Listing, selection: Selection, name: str
) -> list[Json]:
    """Return the counts of the values of a facet among the matches."""
    facet, limit = listing.facets[name], MAX_FACET_VALUES + 1
    statement = cached(facet_statement, listing, selection.active, facet, limit)
    values = map(facet_value, statement.rows(connection, selection.values))
    # Collations differ between the databases, so Python breaks the ties.
    by_count = sorted(values, key=lambda each: (-each["count"], each["label_key"], each["value"]))
    return [{field: each[field] for field in ("value", "label", "count")} for each in by_count]
