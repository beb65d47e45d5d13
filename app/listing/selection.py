"""The selection of a request: its active filters, bound values, order and position."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.listing.declaration import Listing
from app.listing.negations import HAS, LACKS
from app.params.cursors import Pagination
from app.params.queries import ListQuery, Order


class Position(NamedTuple):
    """A place in the order of a list: the sort column and the key of the last record seen."""

    sort_key: str | int
    id: int


@dataclass(frozen=True)
class Selection:
    """The filters, order, position and number of the records that a request selects.

    ``active`` are the filters and negations sent, ``negations`` those that only ever test rows.
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
    negations: frozenset[str] = frozenset()

    @property
    def drivers(self) -> frozenset[str]:
        """The active filters that may drive a query."""
        return self.active - self.negations


def resolve(listing: Listing, query: ListQuery, limit: int) -> Selection:
    """Return the selection of a query; raise InvalidRequestError for an invalid cursor."""
    sent = _sent(listing, query)
    active = frozenset(sent)
    values: dict[str, Any] = {}
    for name, value in sent.items():
        values |= listing.conditions[name].bind(value, query)
    position = Pagination(listing.path, query).position([listing.sort_types[query.sort], int])
    return Selection(
        active=active,
        single_valued=frozenset(name for name in active if _is_single(sent[name])),
        sort=query.sort,
        order=query.order,
        limit=limit,
        values=values,
        after=Position(*position) if position else None,
        negations=active & listing.negations.keys(),
    )


def _sent(listing: Listing, query: ListQuery) -> dict[str, Any]:
    """Return the values of the filters and negations that a query sends."""
    sent: dict[str, Any] = {}
    for name in query.model_fields_set:
        value = getattr(query, name)
        if name in {HAS, LACKS}:
            sent |= {f"{name}={each}": each for each in value}
        elif name in listing.conditions:
            sent[name] = value
    return {name: value for name, value in sent.items() if value not in (None, [])}


def _is_single(sent: object) -> bool:
    return not isinstance(sent, list) or len(sent) == 1
