"""Negations: filters that only test rows, derived from the others: ``not_…``, ``has``, ``lacks``.

Each holds by itself: ``not_role=host`` leaves out whoever was host of any event, whatever ``event``
and ``not_event`` say.
"""

from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, case, literal_column
from sqlalchemy.sql.visitors import replacement_traverse

from app.db.hints import as_negation, as_residual, exists
from app.db.types import Condition
from app.listing.filters import Facet, Filter

NOT = "not_"
"""The prefix of a parameter that negates another."""
HAS = "has"
"""The facet of stored counts whose keys are names of facets: the records that have a value."""


class CountedAs(NamedTuple):
    """The stored counts of a filter: the ``facet`` and ``key``, or the values sent as keys.

    With ``is_complement``, the filter holds for the rest of the list.
    """

    facet: str
    key: str | None = None
    is_complement: bool = False


def negated(each: Filter, related: Condition | None = None) -> Filter:
    """Return the negation of a filter; ``related`` is that a related row has it."""
    residual = each.access.residual
    tested = next(one for one in (related, residual, each.condition) if one is not None)

    def bind(value: Any, query: Any) -> dict[str, Any]:
        return {NOT + name: bound for name, bound in each.bind(value, query).items()}

    return Filter(as_negation(_with_own_values(tested)), bind)


def _with_own_values(condition: Condition) -> Condition:
    """Return a condition that binds its values under the names of the negation."""

    def rename(element: Any, **_options: Any) -> Any:
        # Constants are unique; all other values come from the query.
        if not isinstance(element, BindParameter) or element.unique:
            return None
        return bindparam(NOT + element.key, type_=element.type, expanding=element.expanding)

    renamed: Condition = replacement_traverse(condition, {}, rename)
    return renamed


def presence_filters(name: str, facet: Facet) -> dict[str, Filter]:
    """Return the filters for the records that have a value of a facet, and that lack one."""
    has_value = _has_value(facet)
    conditions = {HAS: as_residual(has_value), "lacks": as_negation(has_value)}
    return {
        f"{parameter}={name}": Filter(condition, lambda _value, _query: {})
        for parameter, condition in conditions.items()
    }


def lacks_value(facet: Facet) -> Condition:
    """Return the condition that a record has no value of a facet."""
    return as_negation(_has_value(facet))


def _has_value(facet: Facet) -> Condition:
    if facet.joins:
        ((table, on),) = facet.joins
        return exists(table, on)
    assert facet.present is not None  # noqa: S101 (for the type checker: some have no value)
    return facet.present


def presence_facet(name: str, facet: Facet) -> Facet:
    """Return the facet whose only key is a name: it counts the records with any value."""
    assert facet.present is not None  # noqa: S101 (for the type checker: some have no value)
    return Facet(case((facet.present, literal_column(f"'{name}'"))), joins=facet.joins)
