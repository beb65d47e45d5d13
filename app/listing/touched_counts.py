"""Touched counts: the share that some records and facts have in the stored counts of a list.

A load names them in temporary tables, reads their share, changes the data and reads it again; the
difference is that of the stored counts. Every statement starts from these tables, so that it reads
what they name, however many other facts its records have.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    Case,
    Connection,
    FromClause,
    and_,
    bindparam,
    column,
    func,
    inspect,
    literal,
    null,
    select,
    table,
)
from sqlmodel import col

from app.db.compiled import CompiledStatement, cached
from app.db.hints import as_residual, driven_by, exists, without_sqlite_index
from app.db.types import AnyRow, Column, Condition
from app.listing.declaration import Listing
from app.listing.filters import Facet
from app.listing.stored_counts import unit_keys
from app.models import Entity, Evidence, Fact
from app.models.base import BigInt

TOUCHED_ENTITY = table("touched_entity", column("id", BigInt))
"""The entities whose row or name may change, come or go."""
TOUCHED_FACT = table("touched_fact", column("id", BigInt))
"""The facts that may change, come or go, or whose evidence may."""
CHANGED_DOCUMENT = table("changed_document", column("id", BigInt))
"""The documents whose evidence may change, come or go."""

_TOUCHED_FACTS = select(TOUCHED_FACT.c.id)


class CountKey(NamedTuple):
    """The facet and the key of a stored count; both are empty in that of the whole list."""

    facet: str
    key: str


@dataclass(frozen=True)
class TouchedCounts:
    """The share of touched records and facts in the stored counts of a list.

    A record with a value by an untouched fact isn't counted for it. ``printed`` is the first of the
    printed forms of a key, ``members`` are the touched records of the list.
    """

    counts: Counter[CountKey] = field(default_factory=Counter)
    printed: dict[CountKey, str] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)

    def add(self, name: str, key: Any, printed: str | None, count: int = 1) -> None:
        """Add records with one value of a facet."""
        if key is not None:
            where = CountKey(name, str(key))
            self.counts[where] += count
            if printed is not None:
                self.printed[where] = min(printed, self.printed.get(where, printed))


def entity_names(connection: Connection) -> dict[int, str]:
    """Return the names of the touched entities by id."""
    entities = driven_by(TOUCHED_ENTITY, Entity, col(Entity.id) == TOUCHED_ENTITY.c.id)
    names = select(col(Entity.id), col(Entity.name)).select_from(entities)
    return {key: name for key, name in connection.execute(names) if key is not None}


def read_touched_counts(connection: Connection, listing: Listing) -> TouchedCounts:
    """Return the share of what the temporary tables name, as the data is now."""
    touched = TouchedCounts()
    for row in cached(_records_statement, listing).rows(connection, {}):
        _add_record(touched, listing, row)
    for name, facet in listing.counted:
        if facet.joins:
            for row in cached(_pairs_statement, listing, facet).rows(connection, {}):
                if row.record is not None:
                    touched.add(name, row.key, row.printed, not row.shared)
    return touched


def _add_record(touched: TouchedCounts, listing: Listing, row: AnyRow) -> None:
    """Add a record to the counts of the list, of its own values and of its numbers."""
    key, *values = row
    if key is None:
        return
    touched.members.add(key)
    touched.add("", "", None)
    rest = iter(values)
    for name, _ in _own_facets(listing):
        touched.add(name, next(rest), next(rest))
    for name, number in zip(_ranges(listing), rest, strict=True):
        for unit in unit_keys(number):
            touched.add(name, unit, None)


def _own_facets(listing: Listing) -> list[tuple[str, Facet]]:
    """Return the facets whose key is a column of the list's table."""
    return [(name, facet) for name, facet in listing.counted if not facet.joins]


def _ranges(listing: Listing) -> dict[str, Column]:
    """Return the columns of the filters by number ranges."""
    columns = {name: each.access.range_column for name, each in listing.filters.items()}
    return {name: number for name, number in columns.items() if number is not None}


def _records_statement(listing: Listing) -> CompiledStatement:
    """Return the statement for touched records: id, each own key and printed form, numbers.

    All are null of an id that isn't in the list.
    """
    touched = TOUCHED_FACT if listing.table is Fact else TOUCHED_ENTITY
    columns: list[Any] = [listing.key.label("id")]
    for number, (_, facet) in enumerate(_own_facets(listing)):
        columns += [facet.key.label(f"key_{number}"), _printed(facet).label(f"printed_{number}")]
    columns += [number.label(name) for name, number in _ranges(listing).items()]
    in_list = and_(listing.key == touched.c.id, *listing.base_conditions)
    rows = driven_by(touched, listing.source, in_list)
    return CompiledStatement(select(*columns).select_from(rows))


def _printed(facet: Facet) -> Any:
    return null() if facet.printed is None else facet.printed


def _pairs_statement(listing: Listing, facet: Facet) -> CompiledStatement:
    """Return the statement for the records and keys that touched rows of another table join.

    Each has its first printed form there, and whether an untouched row joins it, too.
    """
    ((related, on),) = facet.joins
    in_list = and_(on, *listing.base_conditions)
    rows = driven_by(_touched_rows(related), listing.source, in_list)
    key: Any = facet.key.label("key")
    pair = (
        select(listing.key.label("record"), key, func.min(_printed(facet)).label("printed"))
        .select_from(rows)
        .group_by(listing.key, key)
        .subquery()
    )
    shared: Any = literal(0)
    if is_fact(related):
        owner, *rest = on.clauses
        if not isinstance(facet.key, Case):
            # An index has the key behind the record. Given the predicates, too, PostgreSQL may read
            # all facts of the record or of the key, such as a city that every document names.
            rest = [as_residual(each) for each in rest]
        shared = exists(related, owner, has_key(facet, pair.c.key), *rest, untouched(related))
    return CompiledStatement(
        select(pair.c.record, pair.c.key, pair.c.printed, shared.label("shared")).select_from(
            driven_by(pair, listing.source, listing.key == pair.c.record)
        )
    )


def is_fact(related: Any) -> bool:
    """Return whether a joined table is that of facts, and not that of evidence."""
    return bool(inspect(related).mapper.class_ is Fact)


def _touched_rows(related: Any) -> FromClause:
    """Return the touched facts, or the evidence of touched facts in changed documents."""
    if is_fact(related):
        return driven_by(TOUCHED_FACT, related, col(related.id) == TOUCHED_FACT.c.id)
    touched = without_sqlite_index(col(Evidence.fact_id).in_(_TOUCHED_FACTS))
    in_document = col(Evidence.document_id) == CHANGED_DOCUMENT.c.id
    return driven_by(CHANGED_DOCUMENT, related, and_(in_document, touched))


def untouched(fact: Any) -> Condition:
    """Return the condition that a fact isn't touched."""
    return col(fact.id).not_in(_TOUCHED_FACTS)


def has_key(facet: Facet, key: Any) -> Condition:
    """Return the condition that a row has a key, which an index of the facet's column finds."""
    own: Condition = facet.key == key
    return own if facet.column is None else and_(facet.column == key, own)


def untouched_counts_statement(listing: Listing, facet: Facet) -> CompiledStatement:
    """Return the statement for the number of the records in ``ids`` by key of untouched facts."""
    ((related, on),) = facet.joins
    rows = driven_by(listing.source, related, and_(on, untouched(related)))
    key: Any = facet.key.label("key")
    return CompiledStatement(
        select(key, func.count(listing.key.distinct()).label("records"))
        .select_from(rows)
        .where(listing.key.in_(bindparam("ids", expanding=True)))
        .group_by(key)
    )
