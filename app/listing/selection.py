"""The selection of a request: its active filters, bound values, order and position."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.listing.declaration import Listing
from app.params.cursors import Pagination
from app.params.queries import ListQuery, Order


class Position(NamedTuple):
    """A place in the order of a list: the sort column and the key of the last record seen."""

    sort_key: str | int
    id: int


@dataclass(frozen=True)
class Selection:
    """The filters, order, position and number of the records that a request selects.

    ``single_valued`` are the active filters with one value, ``values`` the values that statements
    bind by name.
    """

    active: frozenset[str]
    single_valued: frozenset[str]
    sort: str
    limit: int
    order: Order = "asc"
    values: Mapping[str, Any] = field(default_factory=dict)
    after: Position | None = None


def resolve(listing: Listing, query: ListQuery, limit: int) -> Selection:
    """Return the selection of a query; raise InvalidRequestError for an invalid cursor."""
    sent = {name: getattr(query, name) for name in listing.all_filters}
    active = frozenset(name for name, value in sent.items() if value not in (None, []))
    values: dict[str, Any] = {}
    for name, each in listing.all_filters.items():
        if name in active:
            values |= each.bind(query)
    position = Pagination(listing.path, query).position([listing.sort_types[query.sort], int])
    return Selection(
        active=active,
        single_valued=frozenset(name for name in active if _is_single(sent[name])),
        sort=query.sort,
        order=query.order,
        limit=limit,
        values=values,
        after=Position(*position) if position else None,
    )


def _is_single(sent: object) -> bool:
    return not isinstance(sent, list) or len(sent) == 1
