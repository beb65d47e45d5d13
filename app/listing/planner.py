"""The planner of pages: a pure function from stored counts to a page plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.listing.selection import Selection
from app.schemas.pages import TOTAL_CAP

_SELECTIVE_ENOUGH = 500
"""A query driven by at most this many records is fast, whatever its other filters."""
_CLUSTERED = 20
"""In reading order, matches of less than a 20th of the list may all be far from its start."""


@dataclass(frozen=True)
class ListStatistics:
    """The stored counts that concern a selection.

    ``row_count``: records of the whole list, None where no load has counted them. ``total``: the
    exact number of matches, where one stored count gives it. ``matches``: records with any of the
    values sent, by active facet. ``index_sorted``: the active filters of one value whose records an
    index holds in the order of the list. ``present``: records with any value, by requested facet.
    """

    row_count: int | None = None
    total: int | None = None
    matches: Mapping[str, int] = field(default_factory=dict)
    index_sorted: frozenset[str] = frozenset()
    present: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PagePlan:
    """The plan of a page.

    Either scan the sort index and test each row until the page is full (``in_index_order``), or
    fetch all matches through the driving filters and sort them. ``residual`` filters only test
    rows, as negations always do.
    """

    in_index_order: bool
    residual: frozenset[str]


def residual_filters(statistics: ListStatistics, active: frozenset[str]) -> frozenset[str]:
    """Return the unselective filters, which only test the rows that the others find.

    Filters on sorted columns aren't among them: one index may serve two, and the database chooses.
    """
    matches = statistics.matches
    fewest = min(matches.values(), default=0) if matches.keys() == active else 0
    return frozenset(
        name
        for name, count in matches.items()
        if name not in statistics.index_sorted and count > max(fewest, _SELECTIVE_ENOUGH)
    )


def choose_plan(statistics: ListStatistics, total: int, selection: Selection) -> PagePlan:
    """Return the cheaper plan for a page of a selection with ``total`` matches.

    Among n rows with c matches, a scan tests about n / c rows for each match that it returns; the
    alternative sorts all c matches. In reading order matches are clustered, since records
    are mentioned together, so a scan may have to test far more rows.
    """
    matches = statistics.matches
    base = min(sorted(statistics.index_sorted), key=lambda name: matches.get(name, 0), default=None)
    scan = PagePlan(True, selection.drivers - {base})
    sort = PagePlan(False, residual_filters(statistics, selection.drivers))
    if not scan.residual:
        # Nothing else leads to records: negations test those of the scan.
        return scan
    if statistics.row_count is None:
        return sort
    if total > TOTAL_CAP:
        return scan
    size = statistics.row_count if base is None else max(total, matches.get(base, 0))
    tested = size * min(1, selection.limit / max(total, 1))
    is_clustered = selection.sort == "text_order" and bool(scan.residual & matches.keys())
    if tested > total or (is_clustered and total < size / _CLUSTERED):
        return sort
    return scan
