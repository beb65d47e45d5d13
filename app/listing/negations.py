"""Negations, derived from the filters of a list: ``not_…`` of each, and ``lacks`` of ``has``.

They only test rows, and each holds by itself: ``not_role=host`` leaves out whoever was host of any
event, whatever ``event`` and ``not_event`` say.
"""

from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, case, literal_column
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import col

from app.db.hints import as_negation, exists
from app.db.types import Condition
from app.listing.filters import Access, Facet, Filter

NOT = "not_"
"""The prefix of a parameter that negates another."""
HAS = "has"
"""The parameter, and the facet of stored counts, whose values are names of facets."""
LACKS = "lacks"
"""The parameter that negates ``has``."""


class CountedAs(NamedTuple):
    """The stored counts of a filter: the ``facet`` and ``key``, or the values sent as keys.

    With ``is_complement``, the filter holds for the rest of the list.
    """

    facet: str
    key: str | None = None
    is_complement: bool = False


def negated(each: Filter, related: Condition | None = None) -> Filter:
    """Return the negation of a filter; ``related`` is that a related row has it."""
    negation = each.access.negation
    if negation is None:
        tested = (related, each.access.residual, each.condition)
        negation = as_negation(next(one for one in tested if one is not None))

    def bind(value: Any, query: Any) -> dict[str, Any]:
        return {NOT + name: bound for name, bound in each.bind(value, query).items()}

    return Filter(_with_own_values(negation), bind)


def _with_own_values(condition: Condition) -> Condition:
    """Return a condition that binds its values under the names of the negation."""

    def rename(element: Any, **_options: Any) -> Any:
        # Constants are unique; all other values come from the query.
        if not isinstance(element, BindParameter) or element.unique:
            return None
        return bindparam(NOT + element.key, type_=element.type, expanding=element.expanding)

    renamed: Condition = replacement_traverse(condition, {}, rename)
    return renamed


def has_value(facet: Facet) -> Filter:
    """Return the filter for the records that have a value of a facet."""
    assert facet.present is not None  # noqa: S101 (for the type checker: some have no value)
    residual = exists(*facet.joins[0]) if facet.joins else None
    return Filter(facet.present, _no_values, access=Access(residual=residual))


def lacks_value(facet: Facet) -> Filter:
    """Return the filter for the records that have no value of a facet."""
    return negated(has_value(facet))


def _no_values(_value: Any, _query: Any) -> dict[str, Any]:
    return {}


def presence_facet(name: str, facet: Facet) -> Facet:
    """Return the facet whose only key is a name: it counts the records with any value."""
    # A constant alone would be no column to group by.
    row: Any = col(facet.joins[0][0].id).is_not(None) if facet.joins else facet.present
    return Facet(case((row, literal_column(f"'{name}'"))), joins=facet.joins)
