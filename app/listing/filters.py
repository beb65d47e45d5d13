"""Filters: the SQL condition of a query parameter, built once; a request only binds values."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import (
    BindParameter,
    FromClause,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    not_,
)
from sqlalchemy.orm import aliased

from app.db.hints import absent_from, as_residual, materialized, without_sqlite_index
from app.db.types import Column, Condition
from app.domain.ids import entity_id
from app.domain.text import KEY_LENGTH, fold
from app.domain.vocabulary import Kind
from app.models import Entity
from app.search.query import build_query, parse_terms

Bind = Callable[[Any, Any], dict[str, Any]]
"""A function from the value sent and the whole query to the values that a condition binds."""
Range = tuple[int, int]
"""The first and the last number of a range."""
_EMPTY_RANGE: Range = (0, -1)


@dataclass(frozen=True, eq=False)
class Facet:
    """The value by which records are counted; ``key`` is the column that the filter compares.

    Where ``key`` is an expression, it is null or the same as the indexed ``column``. ``joins`` lead
    to the key from the list's table, where it is a column of another one. Clients see ``printed``,
    or the ``entity`` that the key refers to (with its kind where ``of_several_kinds`` share ids),
    or the key itself. ``present`` is the condition that a record has a value, be it too long to
    filter by; None where every record has one.
    """

    key: Column
    joins: Sequence[tuple[Any, Condition]] = ()
    column: Column | None = None
    printed: Column | None = None
    entity: Any = None
    of_several_kinds: bool = False
    present: Condition | None = None


@dataclass(frozen=True)
class Access:
    """The access paths of a filter, for the planner alone.

    ``has_sorted_index``: an index holds the records of one value in every order of the list.
    ``residual``: the condition for rows that other filters find, ``as_residual`` by default.
    ``negation``: the condition that the filter doesn't hold, ``as_negation`` by default.
    ``alternatives``: conditions whose union equals the filter's, each a range of one index; used
    where no other filter of the same related row is active.
    ``count_source``: a relation of one row for each match, in a list without base conditions.
    ``range_column``: the column of a filter by ranges, whose units a load counts.
    """

    has_sorted_index: bool = False
    residual: Condition | None = None
    negation: Condition | None = None
    alternatives: Sequence[Condition] = ()
    count_source: FromClause | None = None
    range_column: Column | None = None


@dataclass(frozen=True)
class Filter:
    """A condition, the values that a query binds to it, and the facet that counts by it.

    It isn't ``negatable`` where another of its values is the negation.
    """

    condition: Condition
    bind: Bind
    facet: Facet | None = None
    access: Access = field(default_factory=Access)
    negatable: bool = True

    @property
    def residual(self) -> Condition:
        """The condition for rows that other filters find."""
        custom = self.access.residual
        return as_residual(self.condition) if custom is None else custom


_SORTED = Access(has_sorted_index=True)


def _values(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


def _present(column: Any) -> Condition | None:
    """Return the condition that a column isn't null, None of a column that never is."""
    present: Condition = column.is_not(None)
    return present if column.expression.nullable else None


def is_one_of(name: str, column: Column) -> Filter:
    """Return the filter for any of the values of ``name``, compared as they are."""
    return Filter(
        column.in_(_values(name)),
        lambda values, _query: {name: values},
        Facet(column, present=_present(column)),
        _SORTED,
    )


def is_true(name: str, column: Column) -> Filter:
    """Return the filter for the truth of ``column``, as the boolean ``name`` has it."""
    # As text, since SQLite's driver returns 0 and 1.
    key = case((column, literal_column("'true'")), else_=literal_column("'false'"))
    return Filter(
        column == bindparam(name),
        lambda value, _query: {name: value},
        Facet(key),
        _SORTED,
        negatable=False,
    )


def in_ranges(
    name: str,
    column: Column,
    ranges_of: Callable[[Any, Any], Sequence[Range]],
    driving_end: Literal["first", "last"],
) -> Filter:
    """Return the filter for the numbers in one range, or in two in their order.

    ``ranges_of`` returns them of the value sent and the whole query.
    ``driving_end`` is the bound that selects few records; nearly all satisfy the other one.
    """

    def bind(value: Any, query: BaseModel) -> dict[str, Any]:
        ranges = ranges_of(value, query)
        (first, end), (begin, last) = ranges[0], ranges[-1]
        gap = (end + 1, begin - 1) if len(ranges) > 1 else _EMPTY_RANGE
        return {
            f"{name}_first": first,
            f"{name}_last": last,
            f"{name}_gap_first": gap[0],
            f"{name}_gap_last": gap[1],
        }

    above, below = column >= bindparam(f"{name}_first"), column <= bindparam(f"{name}_last")
    if driving_end == "first":
        below = as_residual(below)
    else:
        above = as_residual(above)
    # One range minus a gap: for a union of two, SQLite stores every row that it has returned.
    gap = column.between(bindparam(f"{name}_gap_first"), bindparam(f"{name}_gap_last"))
    return Filter(above & below & not_(gap), bind, access=Access(range_column=column))


def equals_text(
    name: str, key_column: Column, printed: Column | None = None, *, required: bool = False
) -> Filter:
    """Return the filter for any of the texts of ``name``, folded as a Russian reader compares.

    ``key_column`` holds folded texts; with the column of ``printed`` texts there is a facet. A
    ``required`` text is one that every record of the list has.
    """
    facet = None
    if printed is not None:
        # The parameter accepts no text longer than KEY_LENGTH, so the facet counts none.
        has_key = (key_column != "") & (func.length(printed) <= KEY_LENGTH)
        present = None if required else _present(printed)
        facet = Facet(case((has_key, key_column)), (), key_column, printed, present=present)
    return Filter(
        # The index may be partial, without the rows that have no key.
        (key_column != literal_column("''")) & key_column.in_(_values(name)),
        lambda texts, _query: {name: [fold(text) for text in texts]},
        facet,
        _SORTED,
    )


def references(name: str, column: Column, kinds: Iterable[Kind]) -> Filter:
    """Return the filter for any of the entities that the ids of ``name`` denote among ``kinds``."""
    kinds = tuple(kinds)

    def bind(slugs: Sequence[str], _query: BaseModel) -> dict[str, Any]:
        return {name: [key for slug in slugs for key in _entity_ids(slug, kinds)]}

    facet = Facet(
        column,
        entity=aliased(Entity),
        of_several_kinds=len(kinds) > 1,
        present=_present(column),
    )
    return Filter(column.in_(_values(name)), bind, facet, _SORTED)


def _entity_ids(slug: str, kinds: tuple[Kind, ...]) -> list[int]:
    kind, colon, rest = slug.rpartition(":")
    if colon:
        return [entity_id(kind, rest)] if kind in kinds else [0]
    return [entity_id(kind, slug) for kind in kinds]


def matches_search(
    matching: Select[tuple[int]], key: Column, keys: Select[Any], kinds: Iterable[Kind] = ()
) -> Filter:
    """Return the filter for records of ``kinds`` that match the text search ``q``.

    ``matching`` selects the rows of a search index by ``q_match``, ``keys`` those of the records of
    these rows, each the ``key`` of one.
    """
    kinds = tuple(kinds)

    def bind(text: str, _query: Any) -> dict[str, Any]:
        return {"q_match": build_query(text, parse_terms(text), kinds=kinds)}

    condition = key.in_(keys)
    access = Access(
        residual=without_sqlite_index(condition),
        negation=absent_from(key, keys),
        count_source=materialized(matching, on="postgresql"),
    )
    return Filter(condition, bind, access=access)
