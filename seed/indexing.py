"""Indexing: fills what search reads; on SQLite in a file of its own, while facts are stored.

SQLite has one writer for a file, and these tables are a third of a load's work. So another process
fills them in a file beside the database, from which they are copied as they are: tables, and the
pages of the full-text indexes.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    TableClause,
    column,
    create_engine,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.matching import FIELDS
from app.models import metadata
from seed import search, spool, staging
from seed.rows import CHUNK, Rows, batched, store
from seed.spool import Index, Piece, Pieces

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
FILLED = ("search_entry", "spelling", *INDEXES)
"""All that is filled here."""
_COPIED = (
    "search_entry",
    "spelling",
    *(f"{name}_{part}" for name in INDEXES for part in ("data", "idx")),
)


@dataclass
class Sources:
    """Where that which is indexed stands: passages of records, words of names, texts of facts."""

    folder: Path
    passages: list[Piece] = field(default_factory=list)
    words: list[Piece] = field(default_factory=list)
    texts: list[Piece] = field(default_factory=list)


def empty(connection: Connection) -> None:
    """Empty the full-text indexes, and set them up to be filled."""
    for name in INDEXES:
        for statement in _EMPTY[connection.dialect.name].format(name=name).split(";"):
            connection.execute(text(statement))


def fill(connection: Connection, sources: Sources, run: Run) -> None:
    """Fill the tables, which are empty."""
    _index_entities(connection, sources, run)
    _index_facts(connection, sources, run)
    _spell(connection, sources, run)


def statements(connection: Connection) -> list[str]:
    """Return the statements that make the tables of a SQLite database."""
    found = text("SELECT name, sql FROM sqlite_master")
    return [sql for name, sql in connection.execute(found) if name in FILLED]


def build(statements: Iterable[str], sources: Sources) -> Path:
    """Fill the tables in a file of their own; return which."""
    path = sources.folder / "search.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        for each in (
            "page_size = 8192",
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -65536",
        ):
            connection.exec_driver_sql(f"PRAGMA {each}")
        for each in statements:
            connection.exec_driver_sql(each)
        empty(connection)
        fill(connection, sources, map)
        connection.commit()
    engine.dispose()
    return path


def copy(connection: Connection, path: Path) -> None:
    """Copy the tables from a file, into those of the same statements."""
    with closing(sqlite3.connect(path)) as built:
        for name in _COPIED:
            found = built.execute(f"SELECT * FROM {name}")  # noqa: S608 (names of ours)
            marks = ", ".join("?" for _ in found.description)
            while some := found.fetchmany(CHUNK):
                connection.exec_driver_sql(f"REPLACE INTO {name} VALUES ({marks})", some)  # noqa: S608


def _index_entities(connection: Connection, sources: Sources, run: Run) -> None:
    """Rank what search finds by words of the name, name and id, and index it."""
    dialect = connection.dialect.name
    staged = staging.found_table(dialect)
    staged.create(connection, checkfirst=False)
    for rows in run(partial(search.found_rows, dialect, sources.folder), sources.passages):
        store(connection, staged, rows)
    found, entry = staged.c, metadata.tables["search_entry"]
    order = func.row_number().over(order_by=(found.words, found.name_key, found.entity_id))
    names = ["entity_id", "words", "name_key", "exact_key", "passages"]
    ranked = select(order.label("rank"), *(found[name] for name in names))
    connection.execute(insert(entry).from_select(["rank", *names], ranked))
    index = _index("entity_search", dialect)
    fields = [each.name for each in index.columns if each.name != "rowid"]
    indexed = (
        select(entry.c.rank, *(found[field] for field in fields))
        .join_from(entry, staged, found.entity_id == entry.c.entity_id)
        .order_by(entry.c.rank)
    )
    connection.execute(insert(index).from_select(["rowid", *fields], indexed))


def _index_facts(connection: Connection, sources: Sources, run: Run) -> None:
    index = _index("fact_search", connection.dialect.name)
    columns = tuple(each.name for each in index.columns)
    task = partial(search.find_facts, connection.dialect.name, sources.folder)
    for rows in _in_order(sources.folder, sources.texts, task, run):
        store(connection, index, Rows(columns, rows))


def _spell(connection: Connection, sources: Sources, run: Run) -> None:
    found = chain.from_iterable(spool.take(sources.folder, sources.words))
    words = sorted(set(found))
    # Chunks name the same words again and again.
    once = [spool.put_whole(sources.folder, some) for some in batched(words, CHUNK)]
    task = partial(search.spell, sources.folder)
    for rows in _in_order(sources.folder, once, task, run):
        store(connection, metadata.tables["spelling"], Rows(("spelling", "word"), rows))


def _in_order(
    folder: Path, pieces: list[Piece], task: Callable[[Piece], Pieces[Any]], run: Run
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows that a task makes of pieces and puts aside by parts, all in order."""
    made: Index[Any] = Index()
    for each in run(task, pieces):
        made.add(each)
    for part in sorted(made.parts()):
        yield sorted(set(chain.from_iterable(spool.take(folder, made.of([part])))))


def _index(name: str, dialect: str) -> TableClause:
    """Return a full-text index as a table to insert into."""
    if dialect == "postgresql":
        return table(name, column("rowid"), column("tokens", TSVECTOR))
    fields = FIELDS if name == "entity_search" else ["value"]
    return table(name, column("rowid"), *map(column, fields))
