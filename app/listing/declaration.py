"""Declarations of lists: the table, sorts, filters and item model of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json
from sqlalchemy import Connection, FromClause, Integer, bindparam, select
from sqlmodel import SQLModel, col

from app.db.types import AnyRow, Column, Condition
from app.domain.ids import entity_id
from app.domain.json import Json
from app.domain.vocabulary import Kind
from app.listing.filters import Facet, Filter, matches_search
from app.listing.negations import (
    HAS,
    LACKS,
    NOT,
    CountedAs,
    has_value,
    lacks_value,
    negated,
    presence_facet,
)
from app.listing.related_filters import RelatedFilter
from app.models import SearchEntry
from app.search.indexes import entity_index, matching_rowids


def parse_items(_connection: Connection, rows: Sequence[AnyRow]) -> list[Json]:
    """Return the items of rows with id and JSON text."""
    return [from_json(row.text) for row in rows]


@dataclass(frozen=True, eq=False, kw_only=True)
class Listing:
    """A list of the rows of ``table``, identified by their ``id``.

    ``sorts`` are the columns to order by, none of them nullable; the id breaks ties. ``model`` is
    the schema of an item. ``items_of`` is the path of the list whose rendered items this one uses,
    if it has none of its own; ``complete`` turns the rows of an export into full items.
    """

    path: str
    table: type[SQLModel]
    model: type[BaseModel]
    sorts: Mapping[str, Column]
    filters: Mapping[str, Filter]
    related: Sequence[RelatedFilter] = ()
    base_conditions: Sequence[Condition] = ()
    items_of: str = ""
    complete: Callable[[Connection, Sequence[AnyRow]], list[Json]] = parse_items

    @cached_property
    def source(self) -> FromClause:
        """The table as a FROM clause."""
        table: FromClause = self.table.__table__  # type: ignore[attr-defined]
        return table

    @cached_property
    def key(self) -> Column:
        """The column that identifies a record and breaks ties."""
        key: Column = col(self.table.id)  # type: ignore[attr-defined]
        return key

    @cached_property
    def items_path(self) -> str:
        """The path under which the rendered items and counts are stored."""
        return self.items_of or self.path

    @cached_property
    def all_filters(self) -> dict[str, Filter]:
        """Every filter by its parameter, those of related rows included."""
        return dict(self.filters) | {
            name: each for related in self.related for name, each in related.filters.items()
        }

    @cached_property
    def facets(self) -> dict[str, Facet]:
        """Every facet by its parameter."""
        own = {name: each.facet for name, each in self.filters.items() if each.facet}
        return own | {
            name: facet for related in self.related for name, facet in related.facets.items()
        }

    @cached_property
    def presence(self) -> dict[str, Facet]:
        """The counts of the records with any value, by the name of each facet that some lack."""
        return {
            name: presence_facet(name, facet)
            for name, facet in self.facets.items()
            if facet.present is not None
        }

    @cached_property
    def counted(self) -> list[tuple[str, Facet]]:
        """The facets whose counts a load stores, each under its name or ``HAS``."""
        return [*self.facets.items(), *((HAS, each) for each in self.presence.values())]

    @cached_property
    def own_filters(self) -> dict[str, Filter]:
        """The filters but those of related rows, and those by any value, as `has=city`."""
        having = {f"{HAS}={name}": has_value(self.facets[name]) for name in self.presence}
        return dict(self.filters) | having

    @cached_property
    def negations(self) -> dict[str, Filter]:
        """The filters that only test rows, as `not_city` and `lacks=city`."""
        related = {name: each.tested(name) for each in self.related for name in each.filters}
        negations = {
            NOT + name: negated(each, related.get(name))
            for name, each in self.all_filters.items()
            if each.negatable
        }
        lacking = {f"{LACKS}={name}": lacks_value(self.facets[name]) for name in self.presence}
        return negations | lacking

    @cached_property
    def conditions(self) -> dict[str, Filter]:
        """Every filter and negation by the name under which it is active."""
        return self.all_filters | self.own_filters | self.negations

    @cached_property
    def counted_as(self) -> dict[str, CountedAs]:
        """The stored counts of each filter and negation that has some."""
        own = {name: CountedAs(name) for name in self.facets}
        negated = {NOT + name: CountedAs(name, is_complement=True) for name in self.facets}
        has = {f"{HAS}={name}": CountedAs(HAS, name) for name in self.presence}
        lacks = {f"{LACKS}={name}": CountedAs(HAS, name, True) for name in self.presence}
        return own | negated | has | lacks

    @cached_property
    def sort_types(self) -> dict[str, type]:
        """The Python type of each sort column."""
        columns = select(*self.sorts.values()).selected_columns
        return {
            name: int if isinstance(column.type, Integer) else str
            for name, column in zip(self.sorts, columns, strict=True)
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class EntityListing(Listing):
    """A list of the entities of one ``kind``, with search, ids and two sorts besides its own."""

    kind: Kind
    sorts: Mapping[str, Column] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Add the sorts and filters of every entity."""
        table: Any = self.table
        sorts = {"name": col(table.name_key), "text_order": col(table.text_order), **self.sorts}
        filters = {"q": self._search(), "id": self._ids(), **self.filters}
        object.__setattr__(self, "sorts", sorts)
        object.__setattr__(self, "filters", filters)

    def _search(self) -> Filter:
        matching = matching_rowids(entity_index, "q_match")
        ranked = col(SearchEntry.rank).in_(matching)
        entities = select(col(SearchEntry.entity_id)).where(ranked)
        return matches_search(matching, self.key, entities, [self.kind])

    def _ids(self) -> Filter:
        def bind(slugs: Sequence[str], _query: Any) -> dict[str, Any]:
            return {"id": [entity_id(self.kind, slug) for slug in slugs]}

        return Filter(self.key.in_(bindparam("id", expanding=True)), bind)
