"""Materialization: the rendered items and stored counts that a load writes after its tables."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert

from app.domain.json import Json
from app.domain.vocabulary import Kind
from app.listing.count_changes import update_counts, update_names
from app.listing.stored_counts import counts_to_store
from app.listing.touched_counts import TouchedCounts, entity_names, read_touched_counts
from app.models import StoredCount
from app.projections.kinds import PROJECTIONS
from app.projections.records import SourceRows
from app.registry import LISTS

_CHUNK = 5_000
_BY_PATH = {projection.path: projection for projection in PROJECTIONS}

Ids = Callable[[Kind], Iterable[Sequence[int]]]
"""The keys of the records of a kind that are to be rendered, a few hundred at a time."""
Unrendered = tuple[str, SourceRows]
"""The path of a list, and the rows of some of its records."""


def unrendered(connection: Connection, ids: Ids) -> Iterator[Unrendered]:
    """Yield the rows of the records of all lists, a chunk of ``ids`` at a time."""
    for projection in PROJECTIONS:
        for chunk in ids(projection.kind):
            rows = projection.source_rows(connection, chunk)
            if rows[0]:
                yield projection.path, rows


def render(source: Unrendered) -> list[tuple[str, int, bytes]]:
    """Return the rows of ``RenderedItem`` for some records; called in worker processes."""
    path, rows = source
    return [(path, key, item) for key, item in _BY_PATH[path].render(rows)]


def store_counts(connection: Connection) -> None:
    """Replace the stored counts of all lists and of the values of their filters."""
    connection.execute(delete(StoredCount))
    rows = count_rows(connection)
    while some := list(islice(rows, _CHUNK)):
        connection.execute(insert(StoredCount), some)


def count_rows(connection: Connection) -> Iterator[Json]:
    """Yield the rows of ``StoredCount`` for all lists, counted now."""
    for each in LISTS:
        yield from counts_to_store(connection, each.listing)


class Touched(NamedTuple):
    """The names of the touched entities, and the touched counts of each list, at one time."""

    names: dict[int, str]
    counts: list[TouchedCounts]


def read_touched(connection: Connection) -> Touched:
    """Return what the stored counts owe to what the temporary tables of a load name."""
    counts = [read_touched_counts(connection, each.listing) for each in LISTS]
    return Touched(entity_names(connection), counts)


def update_stored_counts(connection: Connection, before: Touched) -> None:
    """Update the stored counts, given what they owed to what is touched before it changed."""
    names = entity_names(connection)
    renamed = [key for key, name in before.names.items() if names.get(key, name) != name]
    for each, counts in zip(LISTS, before.counts, strict=True):
        update_counts(connection, each.listing, counts)
        update_names(connection, each.listing, renamed)
