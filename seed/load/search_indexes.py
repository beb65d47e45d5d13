"""Search indexes: entries, full-text indexes and spellings, filled or changed row by row.

SQLite's indexes have no contents: to remove a row takes the tokens that it was added with, so a
change reads the former passages and texts first. Rows are written in the order of their ids, or
FTS5 would begin a new segment with each (13 segments and 6 s for 300 rows out of order, measured).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, TableClause, column, table, text

from app.models import metadata
from app.models.search import RANK_GAP
from app.search.indexes import FIELDS
from seed.load.bulk import batched, insert_rows
from seed.load.ranks import Move, free_rank
from seed.load.staging import STAGED_ENTRY, analyze
from seed.transform.search_rows import ENTRY, entry_tokens, spellings, words_of

ENTRY_TABLE, NAME_WORD, SPELLING = (
    metadata.tables[name] for name in ("search_entry", "name_word", "spelling")
)
_NAME_PREDICATES = ("name", "also_known_as", "printed_as", "brand")
_FIELDS = {"entity_search": FIELDS, "fact_search": ("value",)}
INDEXES = tuple(_FIELDS)
"""The full-text indexes, which are no tables on SQLite."""
# What an index gathers in memory before it writes: a few large segments need no merging. Later
# changes merge four at a time: with none, 16 segments meet at once (11.6 s, measured).
_SETTINGS = {"filling": (134_217_728, 0), "changing": (1_048_576, 4)}

Tokens = Sequence[Any]


def index_table(connection: Connection, name: str) -> TableClause:
    """Return a full-text index as a table to insert into."""
    if connection.dialect.name == "postgresql":
        return table(name, column("rowid"), column("tokens"))
    return table(name, column("rowid"), *map(column, _FIELDS[name]))


def create_token_tables(connection: Connection) -> None:
    """Create tables of tokens in place of the full-text indexes of SQLite.

    They are for a database that is only read through: those that are searched are made by a
    migration.
    """
    for name, fields in _FIELDS.items():
        columns = ", ".join(fields)
        connection.execute(text(f"CREATE TABLE {name} (rowid INTEGER PRIMARY KEY, {columns})"))


def empty_indexes(connection: Connection) -> None:
    """Empty the full-text indexes."""
    takes_commands = _take_commands(connection)
    for name in INDEXES:
        delete = f"DELETE FROM {name}"
        if takes_commands:
            delete = f"INSERT INTO {name} ({name}) VALUES ('delete-all')"
        connection.execute(text(delete))


def tune_indexes(connection: Connection, purpose: str) -> None:
    """Set SQLite's indexes up for ``filling`` or ``changing``."""
    if _take_commands(connection):
        for name in INDEXES:
            for option, value in zip(("hashsize", "automerge"), _SETTINGS[purpose], strict=True):
                connection.execute(
                    text(f"INSERT INTO {name} ({name}, rank) VALUES ('{option}', {value})")
                )


def _take_commands(connection: Connection) -> bool:
    """Return whether the indexes are FTS5 tables, no ``tsvector`` and no tables of tokens."""
    virtual = "SELECT 1 FROM sqlite_master WHERE name = 'fact_search' AND sql LIKE '% VIRTUAL %'"
    return (
        connection.dialect.name == "sqlite"
        and connection.execute(text(virtual)).first() is not None
    )


def fill_entries(connection: Connection) -> None:
    """Rank the staged entries by words, name and id, and index them."""
    analyze(connection, STAGED_ENTRY)
    columns = ", ".join(ENTRY)
    index = index_table(connection, "entity_search")
    fields = [each.name for each in index.columns][1:]
    staged = (f"tokens_{place}" for place in range(len(fields)))
    tokens = ", ".join(staged)
    if connection.dialect.name == "postgresql":
        tokens = "CAST(tokens_0 AS tsvector)"
    connection.execute(
        text(
            f"""INSERT INTO search_entry (rank, {columns})
            SELECT row_number() OVER (ORDER BY words, name_key, entity_id) * {RANK_GAP}, {columns}
            FROM staged_entry ORDER BY 1"""
        )
    )
    connection.execute(
        text(
            f"""INSERT INTO entity_search (rowid, {", ".join(fields)})
            SELECT e.rank, {tokens} FROM search_entry e
            CROSS JOIN staged_entry s WHERE s.entity_id = e.entity_id ORDER BY e.rank"""
        )
    )


class IndexChanges:
    """Rows to delete from a full-text index and to insert, written in the order of their ids."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._table = index_table(connection, name)
        self._former: dict[int, Tokens] = {}
        self._new: dict[int, Tokens] = {}

    def delete(self, rowid: int, tokens: Tokens) -> None:
        """Delete a row that was inserted with these tokens."""
        # A row that is inserted here and deleted again was never in the index.
        if self._new.pop(rowid, None) is None:
            self._former[rowid] = tokens

    def insert(self, rowid: int, tokens: Tokens) -> None:
        """Insert a row."""
        self._new[rowid] = tokens

    def write(self) -> None:
        """Write the changes; a row with the tokens that it had stays as it is."""
        for rowid in sorted(self._former.keys() | self._new.keys()):
            former, new = self._former.get(rowid), self._new.get(rowid)
            if former != new:
                if former is not None:
                    self._delete(rowid, former)
                if new is not None:
                    insert_rows(self._connection, self._table, [(rowid, *new)])
        if self._connection.dialect.name == "postgresql":
            # A question would read the pending rows one by one: 0.9 instead of 0.24 ms (measured).
            merge = text("SELECT gin_clean_pending_list(CAST(:index AS regclass))")
            self._connection.execute(merge, {"index": f"ix_{self._table.name}_tokens"})

    def _delete(self, rowid: int, tokens: Tokens) -> None:
        name = self._table.name
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(
                text(f"DELETE FROM {name} WHERE rowid = :rowid"),
                {"rowid": rowid},
            )
            return
        columns = [f'"{each.name}"' for each in self._table.columns]
        marks = ", ".join(["?", *["CAST(? AS TEXT)"] * len(tokens)])
        self._connection.exec_driver_sql(
            f"INSERT INTO {name} ({name}, {', '.join(columns)}) VALUES ('delete', {marks})",
            (rowid, *tokens),
        )


def change_entries(connection: Connection) -> None:
    """Replace the entries of all touched records by the staged ones."""
    dialect = connection.dialect.name
    changes = IndexChanges(connection, "entity_search")
    columns = ", ".join(ENTRY)
    touched = f"""SELECT s.rank, t.kind, {columns} FROM touched_entity t
        CROSS JOIN search_entry s WHERE s.entity_id = t.id AND (t.is_subject OR t.kind = 'document')
        """
    former = {row.entity_id: row for row in connection.execute(text(touched)).all()}
    staged = connection.execute(text("SELECT * FROM staged_entry")).all()
    entries = {row.entity_id: row for row in staged}
    same = {
        id_
        for id_, row in entries.items()
        if id_ in former and former[id_][2:] == row[: len(ENTRY)]
    }
    kept = {id_ for id_, row in entries.items() if _keeps_rank(former.get(id_), row)}
    for id_, row in former.items():
        if id_ not in same:
            changes.delete(row.rank, entry_tokens(row.kind, from_json(row.passages), dialect))
            if id_ not in kept:
                connection.execute(_DELETE_ENTRY, {"rank": row.rank})
    number = len(index_table(connection, "entity_search").columns) - 1
    for entry in sorted((row for id_, row in entries.items() if id_ not in same), key=_sort_key):
        if entry.entity_id in kept:
            # It may have made room for another one since it was read.
            values = {"entity_id": entry.entity_id, "passages": entry.passages}
            rank = connection.execute(_CHANGE_ENTRY, values).scalar_one()
        else:
            rank, moves = free_rank(connection, _sort_key(entry))
            _move(connection, moves, changes)
            insert_rows(connection, ENTRY_TABLE, [(rank, *entry[: len(ENTRY)])], ["rank", *ENTRY])
        changes.insert(rank, [token.encode() for token in entry[len(ENTRY) :][:number]])
    changes.write()


_DELETE_ENTRY = text("DELETE FROM search_entry WHERE rank = :rank")
_CHANGE_ENTRY = text(
    "UPDATE search_entry SET passages = :passages WHERE entity_id = :entity_id RETURNING rank"
)


def _sort_key(entry: Any) -> tuple[int, str, int]:
    return entry.words, entry.name_key, entry.entity_id


def _keeps_rank(former: Any, entry: Any) -> bool:
    return former is not None and _sort_key(former) == _sort_key(entry)


def _move(connection: Connection, moves: Sequence[Move], changes: IndexChanges) -> None:
    """Give the rows of moved entries their new ranks in the index, too."""
    statement = text(
        """SELECT e.kind, s.passages FROM search_entry s JOIN entity e ON e.id = s.entity_id
        WHERE s.rank = :rank"""
    )
    tokens: dict[int, Tokens] = {}
    for move in moves:
        kind, passages = connection.execute(statement, {"rank": move.rank}).one()
        tokens[move.former] = entry_tokens(kind, from_json(passages), connection.dialect.name)
        changes.delete(move.former, tokens[move.former])
    for move in moves:
        changes.insert(move.rank, tokens[move.former])


def fact_words(connection: Connection) -> Counter[str]:
    """Return the words of the names that touched facts give, and the number of such facts."""
    names = ", ".join(f"'{name}'" for name in _NAME_PREDICATES)
    statement = text(
        f"""SELECT f.value FROM touched_fact t CROSS JOIN fact f
        WHERE t.predicate IN ({names}) AND f.id = t.id"""
    )
    values = connection.execute(statement).scalars()
    return Counter(chain.from_iterable(set(words_of(value)) for value in values))


def change_words(connection: Connection, former: Counter[str], new: Counter[str]) -> None:
    """Change the uses of words, and the spellings of those that come or go."""
    gone: list[str] = []
    come: list[tuple[str, int]] = []
    for word in sorted(former.keys() | new.keys()):
        if change := new[word] - former[word]:
            values = {"word": word, "change": change}
            uses = connection.execute(_USE, values).scalar()
            if uses is None:
                come.append((word, change))
            elif not uses:
                gone.append(word)
    insert_words(connection, come)
    for word in gone:
        connection.execute(text("DELETE FROM name_word WHERE word = :word"), {"word": word})
        rows = [{"spelling": variant, "word": each} for variant, each in set(spellings([word]))]
        if rows:
            connection.execute(
                text("DELETE FROM spelling WHERE spelling = :spelling AND word = :word"), rows
            )


_USE = text("UPDATE name_word SET uses = uses + :change WHERE word = :word RETURNING uses")


def insert_words(connection: Connection, words: Iterable[tuple[str, int]]) -> None:
    """Insert words with their uses, and their spellings, in the order of the keys."""
    words = sorted(words)
    insert_rows(connection, NAME_WORD, words)
    # Of 55,000 words, a million spellings (measured): in order, the table is filled page by page.
    for some in batched(sorted(set(spellings(word for word, _ in words))), 50_000):
        insert_rows(connection, SPELLING, some)
