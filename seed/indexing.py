"""Indexing: fills what search reads, from what was put aside for it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TableClause, column, table, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.models import metadata
from app.search.indexes import FIELDS
from seed import search, spool, staging
from seed.rows import CHUNK, Rows, batched, store
from seed.spool import FOUND, FOUND_FACTS, PASSAGES, WORDS, Index, Piece

Run = Callable[[Callable[[Piece], Any], Iterable[Piece]], Iterator[Any]]
"""What does a thing with each of some pieces, and yields what comes of it, in their order."""

INDEXES = ("entity_search", "fact_search")
"""The full-text indexes, which are no tables on SQLite."""
_EMPTY = {
    # What an index gathers in memory before it writes: a few large pieces need no merging.
    "sqlite": (
        "INSERT INTO {name} ({name}) VALUES ('delete-all');"
        "INSERT INTO {name} ({name}, rank) VALUES ('hashsize', 134217728);"
        "INSERT INTO {name} ({name}, rank) VALUES ('automerge', 0)"
    ),
    "postgresql": "DELETE FROM {name}",
}
FILLED = ("search_entry", "name_word", "spelling", *INDEXES)
"""All that is filled here."""
COPIED = (
    "search_entry",
    "name_word",
    "spelling",
    *(f"{name}_{part}" for name in INDEXES for part in ("data", "idx")),
)
"""The tables in which SQLite has all that."""


@dataclass
class Sources:
    """Where that which is indexed stands: passages of records, words of names, rows of facts."""

    folder: Path
    passages: list[Piece] = field(default_factory=list)
    words: list[Piece] = field(default_factory=list)
    facts: Index[int] = field(default_factory=Index)


def _empty(connection: Connection) -> None:
    """Empty the full-text indexes, and set them up to be filled."""
    for name in INDEXES:
        for statement in _EMPTY[connection.dialect.name].format(name=name).split(";"):
            connection.execute(text(statement))


def fill(connection: Connection, sources: Sources, run: Run = map) -> None:
    """Fill the tables, which are empty, and the full-text indexes instead of what was there."""
    _empty(connection)
    _index_entities(connection, sources, run)
    _index_facts(connection, sources)
    _spell(connection, sources)


def _find(folder: Path, dialect: str, piece: Piece) -> list[tuple[Any, ...]]:
    """Put the rows aside that find some records; return the rows of ``FINDING``."""
    [found] = spool.take(folder / PASSAGES, [piece])
    rows = [search.found_row(id_, kind, passages, dialect) for id_, kind, passages in found]
    return staging.put_found(folder / FOUND, rows)


def _index_entities(connection: Connection, sources: Sources, run: Run) -> None:
    """Rank what search finds by words of the name, name and id, and index it."""
    for each in (staging.FINDING, staging.RANKED):
        each.create(connection, checkfirst=False)
    dialect, folder = connection.dialect.name, sources.folder / FOUND
    for placed in run(partial(_find, sources.folder, dialect), sources.passages):
        store(connection, staging.FINDING, Rows(tuple(staging.FINDING.c.keys()), placed))
    spool.drop(sources.folder / PASSAGES)
    connection.execute(staging.ENTITY_RANKING)
    entry, index = metadata.tables["search_entry"], _index("entity_search", dialect)
    entry_columns = ("rank", *search.ENTRY)
    for rows in staging.found_rows(connection, folder, CHUNK):
        store(connection, entry, Rows(entry_columns, [row[: len(entry_columns)] for row in rows]))
        indexed = [(row[0], *row[len(entry_columns) :]) for row in rows]
        store(connection, index, Rows(tuple(index.c.keys()), indexed))
    spool.drop(folder)


def _index_facts(connection: Connection, sources: Sources) -> None:
    index = _index("fact_search", connection.dialect.name)
    for _, found in spool.take_in_order(sources.folder / FOUND_FACTS, sources.facts, CHUNK):
        store(connection, index, Rows(tuple(index.c.keys()), sorted(chain.from_iterable(found))))


def _spell(connection: Connection, sources: Sources) -> None:
    uses: Counter[tuple[str, str]] = Counter()
    for counted in spool.take(sources.folder / WORDS, sources.words):
        uses.update(dict(counted))
    words = sorted(uses)
    rows = [(printed, uses[printed, folded]) for printed, folded in words]
    store(connection, metadata.tables["name_word"], Rows(("word", "uses"), rows))
    made: Index[str] = Index()
    for some in batched(words, CHUNK):
        parts: dict[str, list[tuple[str, str]]] = {}
        for row in search.spellings_of(some):
            parts.setdefault(row[0][0], []).append(row)
        made.add(spool.put(sources.folder / WORDS, parts))
    for letters in made.together(sorted(made.parts()), CHUNK):
        spelt = set(chain.from_iterable(spool.take(sources.folder / WORDS, made.of(letters))))
        store(connection, metadata.tables["spelling"], Rows(("spelling", "word"), sorted(spelt)))
    spool.drop(sources.folder / WORDS)


def _index(name: str, dialect: str) -> TableClause:
    """Return a full-text index as a table to insert into."""
    if dialect == "postgresql":
        return table(name, column("rowid"), column("tokens", TSVECTOR))
    fields = FIELDS if name == "entity_search" else ["value"]
    return table(name, column("rowid"), *map(column, fields))
