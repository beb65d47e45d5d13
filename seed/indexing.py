"""Indexing: fills what search reads; on SQLite in a file of its own, while facts are stored.

SQLite has one writer for a file, and these tables are a third of a load's work. So another process
fills them in a file beside the database, from which they are copied as they are: tables, and the
pages of the full-text indexes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sqlalchemy import Connection, TableClause, column, create_engine, table, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.matching import FIELDS
from app.models import metadata
from seed import search, spool, staging
from seed.rows import CHUNK, Rows, batched, store
from seed.spool import FOUND, FOUND_FACTS, WORDS, Index, Piece

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
    """Where that which is indexed stands: the rows of records and of facts, the words of names."""

    folder: Path
    found: list[Piece] = field(default_factory=list)
    words: list[Piece] = field(default_factory=list)
    facts: Index[int] = field(default_factory=Index)


def empty(connection: Connection) -> None:
    """Empty the full-text indexes, and set them up to be filled."""
    for name in INDEXES:
        for statement in _EMPTY[connection.dialect.name].format(name=name).split(";"):
            connection.execute(text(statement))


def fill(connection: Connection, sources: Sources) -> None:
    """Fill the tables, which are empty."""
    _index_entities(connection, sources)
    _index_facts(connection, sources)
    _spell(connection, sources)


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
        fill(connection, sources)
        connection.commit()
    engine.dispose()
    return path


def copy(connection: Connection, path: Path) -> None:
    """Copy the tables from a file, into those of the same statements."""
    connection.execute(text("ATTACH :path AS built"), {"path": str(path)})
    for name in _COPIED:
        # SQLite copies into an empty table without a look at what is in the rows.
        connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 (names of ours)
        connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM built.{name}")  # noqa: S608


def _index_entities(connection: Connection, sources: Sources) -> None:
    """Rank what search finds by words of the name, name and id, and index it."""
    for each in (staging.FINDING, staging.RANKED):
        each.create(connection, checkfirst=False)
    for rows in spool.take(sources.folder / FOUND, sources.found):
        store(connection, staging.FINDING, Rows(tuple(staging.FINDING.c.keys()), rows))
    connection.execute(staging.ENTITY_RANKING)
    dialect = connection.dialect.name
    entry, index = metadata.tables["search_entry"], _index("entity_search", dialect)
    entry_columns = ("rank", *search.ENTRY)
    for rows in staging.found_rows(connection, sources.folder, CHUNK):
        store(connection, entry, Rows(entry_columns, [row[: len(entry_columns)] for row in rows]))
        indexed = [(row[0], *row[len(entry_columns) :]) for row in rows]
        store(connection, index, Rows(tuple(index.c.keys()), indexed))


def _index_facts(connection: Connection, sources: Sources) -> None:
    index = _index("fact_search", connection.dialect.name)
    for _, found in spool.take_in_order(sources.folder / FOUND_FACTS, sources.facts):
        store(connection, index, Rows(tuple(index.c.keys()), sorted(chain.from_iterable(found))))


def _spell(connection: Connection, sources: Sources) -> None:
    found = chain.from_iterable(spool.take(sources.folder / WORDS, sources.words))
    words = sorted(set(found))
    made: Index[str] = Index()
    for some in batched(words, CHUNK):
        parts: dict[str, list[tuple[str, str]]] = {}
        for row in search.spellings_of(some):
            parts.setdefault(row[0][0], []).append(row)
        made.add(spool.put(sources.folder / WORDS, parts))
    for part in sorted(made.parts()):
        rows = set(chain.from_iterable(spool.take(sources.folder / WORDS, made.of([part]))))
        store(connection, metadata.tables["spelling"], Rows(("spelling", "word"), sorted(rows)))


def _index(name: str, dialect: str) -> TableClause:
    """Return a full-text index as a table to insert into."""
    if dialect == "postgresql":
        return table(name, column("rowid"), column("tokens", TSVECTOR))
    fields = FIELDS if name == "entity_search" else ["value"]
    return table(name, column("rowid"), *map(column, fields))
