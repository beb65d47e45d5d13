"""Count changes: the stored counts of a list, updated by what a load has changed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, null, select
from sqlmodel import col

from app.db.compiled import CompiledStatement, cached
from app.db.types import AnySelect
from app.domain.json import Json
from app.domain.text import key as text_key
from app.listing.declaration import Listing
from app.listing.facets import facet_value
from app.listing.touched_counts import (
    CountKey,
    TouchedCounts,
    has_key,
    read_touched_counts,
    untouched_counts_statement,
)
from app.models import StoredCount

_CHUNK = 500
_ROWS = (
    (col(StoredCount.list) == bindparam("list"))
    & (col(StoredCount.facet) == bindparam("facet"))
    & col(StoredCount.key).in_(bindparam("keys", expanding=True))
)
_STORED = CompiledStatement(
    select(
        col(StoredCount.key),
        col(StoredCount.value),
        col(StoredCount.label),
        col(StoredCount.label_key),
        col(StoredCount.negative_count),
    ).where(_ROWS)
)
_DELETE = delete(StoredCount).where(_ROWS)
_NO_VALUE = {"value": "", "label": "", "label_key": ""}


class CountChange(NamedTuple):
    """The difference of a stored count, and the first printed form of its key before and after.

    The printed forms are those of touched records alone.
    """

    difference: int
    before: str | None
    after: str | None

    @property
    def is_printed_otherwise(self) -> bool:
        """Whether the first printed form of the key may be another one now."""
        return self.before != self.after


def update_counts(connection: Connection, listing: Listing, before: TouchedCounts) -> None:
    """Update the stored counts of a list, given its touched counts before the data changed."""
    after = read_touched_counts(connection, listing)
    by_facet: dict[str, dict[str, CountChange]] = defaultdict(dict)
    for where, change in count_changes(connection, listing, before, after).items():
        by_facet[where.facet][where.key] = change
    for name, changes in by_facet.items():
        for keys in _chunks(changes):
            stored = _StoredFacet(connection, listing, name)
            stored.change({key: changes[key] for key in keys})


def update_names(connection: Connection, listing: Listing, renamed: Collection[int]) -> None:
    """Update the labels of a list's stored counts to the new names of entities."""
    for name, facet in listing.facets.items():
        if facet.entity is not None:
            for keys in _chunks(map(str, renamed)):
                _StoredFacet(connection, listing, name).rename(keys)


def count_changes(
    connection: Connection, listing: Listing, before: TouchedCounts, after: TouchedCounts
) -> dict[CountKey, CountChange]:
    """Return the changes of the stored counts between two states of what is touched."""
    differences = Counter(after.counts)
    differences.subtract(before.counts)
    if listing.base_conditions:
        # Records of other lists come and go with all of their facts, which are touched then.
        differences.update(_untouched_counts(connection, listing, after.members - before.members))
        differences.subtract(_untouched_counts(connection, listing, before.members - after.members))
    changes = {
        key: CountChange(difference, before.printed.get(key), after.printed.get(key))
        for key, difference in differences.items()
    }
    return {
        key: each for key, each in changes.items() if each.difference or each.is_printed_otherwise
    }


def _untouched_counts(
    connection: Connection, listing: Listing, records: Iterable[int]
) -> Counter[CountKey]:
    """Return the numbers of some records by the keys that their untouched facts give them."""
    counts: Counter[CountKey] = Counter()
    joined = [(name, facet) for name, facet in listing.counted if facet.joins]
    for ids in _chunks(records):
        for name, facet in joined:
            statement = cached(untouched_counts_statement, listing, facet)
            for key, count in statement.rows(connection, {"ids": ids}):
                if key is not None:
                    counts[CountKey(name, str(key))] += count
    return counts


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    every = list(values)
    for start in range(0, len(every), _CHUNK):
        yield every[start : start + _CHUNK]


@dataclass(frozen=True)
class _StoredFacet:
    """The stored counts of one facet of a list; ``name`` is also "", ``HAS`` or a range filter."""

    connection: Connection
    listing: Listing
    name: str

    def change(self, changes: Mapping[str, CountChange]) -> None:
        """Store changes; a count of 0 is deleted, except that of the whole list."""
        stored = self._read(changes)
        counts = {
            key: change.difference - (stored[key]["negative_count"] if key in stored else 0)
            for key, change in changes.items()
        }
        kept = {key for key, count in counts.items() if count or not self.name}
        labels = {
            key: self._printed_label(key, changes[key], stored.get(key, _NO_VALUE)["label"])
            for key in kept
            if changes[key].is_printed_otherwise
        }
        rows = stored | self._values(kept - stored.keys() | labels.keys(), labels)
        self._replace(changes, [{**rows[key], "negative_count": -counts[key]} for key in kept])

    def rename(self, keys: Collection[str]) -> None:
        """Store the names of the entities that are the keys."""
        stored = self._read(keys)
        renamed = self._values(stored.keys(), {})
        self._replace(stored, [{**row, **renamed[key]} for key, row in stored.items()])

    def _read(self, keys: Iterable[str]) -> dict[str, Json]:
        """Return the rows of some keys."""
        values = {"list": self.listing.path, "facet": self.name, "keys": list(keys)}
        return {row.key: row._asdict() for row in _STORED.rows(self.connection, values)}

    def _replace(self, keys: Collection[str], rows: Iterable[Json]) -> None:
        """Replace the rows of some keys."""
        place = {"list": self.listing.path, "facet": self.name}
        if keys:
            self.connection.execute(_DELETE, {**place, "keys": list(keys)})
        if new := [{**row, **place} for row in rows]:
            self.connection.execute(insert(StoredCount), new)

    def _values(self, keys: Collection[str], labels: Mapping[str, str]) -> dict[str, Json]:
        """Return the rows of some keys, without counts; ``labels`` are those of printed forms."""
        facet = self.listing.facets.get(self.name)
        if not keys or facet is None:
            # The count of the whole list, of the records with any value, or of a unit of a number
            return {key: {"key": key, **_NO_VALUE} for key in keys}
        if facet.entity is None:
            shown = {key: labels.get(key, key) for key in keys}
            return {
                key: {"key": key, "value": label, "label": label, "label_key": text_key(label)}
                for key, label in shown.items()
            }
        statement = cached(_entities_statement, self.listing, self.name)
        rows = statement.rows(self.connection, {"ids": list(map(int, keys))})
        values = [facet_value(row) for row in rows]
        return {
            each["key"]: {"key": each["key"], **{name: each[name] for name in _NO_VALUE}}
            for each in values
        }

    def _printed_label(self, key: str, change: CountChange, stored: str) -> str:
        """Return the first printed form of a key; ``stored`` is the former one, "" of a new key.

        All records with the key are only read where the last one with the former form is gone.
        """
        if change.after and (not stored or change.after <= stored):
            return change.after
        same = cached(_printed_statement, self.listing, self.name, True)
        if same.rows(self.connection, {"key": key, "label": stored}):
            return stored
        first = cached(_printed_statement, self.listing, self.name, False)
        label: str = first.rows(self.connection, {"key": key})[0].printed
        return label


def _entities_statement(listing: Listing, name: str) -> CompiledStatement:
    """Return the statement for the values of a facet that are the entities in ``ids``."""
    facet = listing.facets[name]
    entity = facet.entity
    return CompiledStatement(
        select(
            col(entity.id).label("key"),
            col(entity.slug).label("value"),
            col(entity.name).label("label"),
            (col(entity.kind) if facet.of_several_kinds else null()).label("kind"),
            literal(0).label("records"),
        ).where(col(entity.id).in_(bindparam("ids", expanding=True)))
    )


def _printed_statement(listing: Listing, name: str, is_label: bool) -> CompiledStatement:
    """Return the statement for the first printed form of ``key``, or one that ``is_label``."""
    facet = listing.facets[name]
    source = listing.source
    for table, on in facet.joins:
        source = source.join(table, on)
    printed: Any = facet.printed
    rows: AnySelect = select((printed if is_label else func.min(printed)).label("printed"))
    rows = rows.select_from(source).where(
        *listing.base_conditions, has_key(facet, bindparam("key"))
    )
    if is_label:
        rows = rows.where(printed == bindparam("label")).limit(1)
    return CompiledStatement(rows)
