"""Verification: a database compared with a load of its documents, in one read-only snapshot."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import compress, groupby
from operator import itemgetter, ne
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, make_url, select, text
from sqlalchemy.exc import DBAPIError

from app.db.engine import make_engine, make_reading_engine, one_line
from app.db.schema_version import schema_error
from app.models import metadata
from app.search.indexes import FIELD_PREFIXES, FIELDS
from app.search.query import SearchField
from seed.extract.files import document_folders, files_sha256
from seed.load.bulk import CHUNK
from seed.load.pipeline import loaded_apart
from seed.load.revision import content_hash
from seed.transform.search_rows import index_columns

_A_DAY = 86_400.0
_UNDECIDED = {
    "document": {"signature"},
    "revision": {"loaded_at"},
    "search_entry": {"rank"},
}
"""What the documents don't decide; ranks are labels of which the order alone has a meaning."""
_REVISION = metadata.tables["revision"].c

Row = Sequence[Any]


def verify(root: Path, url: str) -> Iterator[str]:
    """Yield what is wrong with a database, a line each.

    Raises SeedErrors and LoadError where the documents can't be loaded.
    """
    engine = make_reading_engine(make_url(url), _A_DAY, 1)
    try:
        with engine.connect() as connection:
            unfit = list(_damages(connection)) or list(_other_versions(connection, root))
            if unfit:
                yield from unfit
                return
            with loaded_apart(root) as expected_url:
                yield from _differences(connection, expected_url)
    except (DBAPIError, TypeError, UnicodeDecodeError) as error:
        # In a damaged file a key may be of another type, and a text, or SQLite's message, no UTF-8.
        yield f"the database can't be read: {one_line(error)}"
    finally:
        engine.dispose()


def _damages(connection: Connection) -> Iterator[str]:
    """Yield what SQLite's own checks find; PostgreSQL has none but those of the pages it reads."""
    if connection.dialect.name == "sqlite":
        for report in connection.execute(text("PRAGMA integrity_check")).scalars():
            yield from (
                f"the file is damaged: {line}" for line in report.split("\n") if line != "ok"
            )
        for table, row, target, _ in connection.execute(text("PRAGMA foreign_key_check")):
            yield f"{table}: row {row} refers to no row of {target}"


def _other_versions(connection: Connection, root: Path) -> Iterator[str]:
    """Yield that the schema is another one, or the revision that of other documents or code."""
    if wrong := schema_error(connection):
        yield wrong
        return
    hashes = ((folder.name, files_sha256(folder)) for folder in document_folders(root))
    if connection.execute(select(_REVISION.content_hash)).scalar() != content_hash(hashes):
        yield "the revision isn't that of these documents and this code: load them"


def _differences(connection: Connection, expected_url: str) -> Iterator[str]:
    """Yield where rows, and the tokens of search, aren't those of a load into another database."""
    engine = make_engine(expected_url)
    try:
        with engine.connect() as expected:
            for table in metadata.sorted_tables:
                yield from _compare_table(connection, expected, table)
            by_rank = "SELECT entity_id FROM search_entry ORDER BY rank"
            with _stream(connection, by_rank) as ranks, _stream(expected, by_rank) as others:
                if any(map(ne, ranks, others)):
                    yield "search_entry: the ranks aren't in the order of the names"
            is_sqlite = connection.dialect.name == "sqlite"
            compare_tokens = _compare_fts5 if is_sqlite else _compare_tsvectors
            yield from compare_tokens(connection, expected)
    finally:
        engine.dispose()


def _compare_table(connection: Connection, expected: Connection, table: Table) -> Iterator[str]:
    undecided = _UNDECIDED.get(table.name, set())
    names = {each.name: each.primary_key for each in table.columns if each.name not in undecided}
    key = [name for name, is_key in names.items() if is_key] or ["entity_id"]
    columns = [name for name in names if name not in key]
    shown, order = (", ".join(map('"{}"'.format, some)) for some in ([*key, *columns], key))
    # As they are stored: SQLAlchemy would take any number for true.
    rows = f'SELECT {shown} FROM "{table.name}" ORDER BY {order}'  # noqa: S608 (names of ours)
    with _stream(connection, rows) as found, _stream(expected, rows) as others:
        yield from _compare_rows(table.name, key, columns, found, others)


def _stream(connection: Connection, statement: str) -> Any:
    """Return the result of a statement, of which some rows are in memory at once."""
    return connection.execute(text(statement), execution_options={"yield_per": CHUNK})


def _compare_rows(
    name: str, key: list[str], columns: list[str], rows: Iterable[Row], expected: Iterable[Row]
) -> Iterator[str]:
    """Compare rows in the order of their ``key``, with which they begin."""

    def tagged(rows: Iterable[Row], source: int) -> Iterator[tuple[Row, int, Row]]:
        return ((row[: len(key)], source, row[len(key) :]) for row in rows)

    pairs = groupby(merge(tagged(rows, 0), tagged(expected, 1)), key=itemgetter(0))
    for place, pair in pairs:
        (_, source, values), *others = pair
        row = f"{name}: the row with {', '.join(map('{} {}'.format, key, place))}"
        if not others:
            yield f"{row} {'is missing' if source else 'comes from no document'}"
        elif values != others[-1][-1]:
            differing = compress(columns, map(ne, values, others[-1][-1]))
            yield f"{row} differs from the documents in {', '.join(differing)}"


def _compare_fts5(connection: Connection, expected: Connection) -> Iterator[str]:
    """Let FTS5 compare a temporary copy of each index with the tokens of the other database.

    Its check of an index is a write, and needs a table of the tokens.
    """
    run = connection.exec_driver_sql
    run("ATTACH ? AS expected", (expected.engine.url.database,))
    sources = {
        "entity_search": """SELECT e.rank AS rowid, t.* FROM expected.entity_search t
            JOIN expected.search_entry s ON s.rank = t.rowid
            JOIN main.search_entry e ON e.entity_id = s.entity_id""",
        "fact_search": "SELECT rowid, * FROM expected.fact_search",
    }
    for name, tokens in sources.items():
        run(f"CREATE TEMPORARY VIEW {name}_tokens AS {tokens}")
        index = run("SELECT sql FROM main.sqlite_master WHERE name = ?", (name,)).scalar_one()
        copy = index.replace(f"TABLE {name}", f"TABLE temp.{name}")
        run(copy.replace("content=''", f"content='{name}_tokens'"))
        for part in (f"{name}_data", f"{name}_idx"):
            run(f"DELETE FROM temp.{part}")  # noqa: S608 (names of ours)
            run(f"INSERT INTO temp.{part} SELECT * FROM main.{part}")  # noqa: S608
        try:
            run(f"INSERT INTO temp.{name} ({name}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        except DBAPIError as error:
            yield f"{name}: isn't the index of the documents' words ({one_line(error)})"


def _compare_tsvectors(connection: Connection, expected: Connection) -> Iterator[str]:
    """Compare the tokens of each row with those of the other database."""
    entity = "(SELECT entity_id FROM search_entry WHERE rank = entity_search.rowid)"
    indexes: list[tuple[str, str, Sequence[str], Iterable[SearchField]]] = [
        ("entity_search", entity, FIELDS, FIELD_PREFIXES),
        ("fact_search", "rowid", ["value"], ()),
    ]
    for name, owner, fields, asked in indexes:
        stored = f"SELECT coalesce({owner}, -1), CAST(tokens AS text) FROM {name} ORDER BY 1"  # noqa: S608
        made = f"SELECT {owner}, {', '.join(fields)} FROM {name} ORDER BY 1"  # noqa: S608
        with _stream(connection, stored) as rows, _stream(expected, made) as others:
            found = ((id_, set(tokens.split())) for id_, tokens in rows)
            lexemes = (
                (id_, _lexemes(asked, zip(fields, texts, strict=True))) for id_, *texts in others
            )
            yield from _compare_rows(name, ["id"], ["tokens"], found, lexemes)


def _lexemes(asked: Iterable[SearchField], fields: Iterable[tuple[str, str]]) -> set[str]:
    [tokens] = index_columns("postgresql", asked, **dict(fields))
    return set(tokens.decode().split())
