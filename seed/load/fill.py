"""Filling: all tables emptied, and filled with what is staged."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, delete, text

from app.materialize import store_counts
from app.models import metadata
from seed.extract.facts_file import KINDS
from seed.load import search_indexes, staging
from seed.load.bulk import insert_rows
from seed.load.checks import check_source, has_unknown_records
from seed.load.projections import Projections
from seed.load.source import mark_heads, replace_source
from seed.load.transaction import check_references, dropped_indexes
from seed.load.workers import Workers

_SOURCE = {"entity", "document", "fact", "evidence"}
TABLES = sorted(metadata.tables.keys() - {"revision"})
"""Every table that a load fills."""


def fill(connection: Connection, root: Path, workers: Workers, *, read: bool) -> None:
    """Replace all data by what is staged; ``read`` tells whether others read the old data."""
    _empty(connection)
    staging.touch_all(connection)
    with dropped_indexes(connection, _SOURCE, read=read):
        replace_source(connection)
        # PostgreSQL makes no index while a reference is wrong.
        if has_unknown_records(connection):
            check_source(connection, root)
    staging.analyze(connection, *(metadata.tables[name] for name in sorted(_SOURCE)))
    mark_heads(connection, all_facts=True)
    check_source(connection, root)
    projections = Projections(connection, root, workers)
    with dropped_indexes(connection, set(KINDS.values()), read=read):
        projections.write_records(replace=False)
    search_indexes.fill_entries(connection)
    search_indexes.insert_words(connection, search_indexes.fact_words(connection).items())
    index = search_indexes.index_table(connection, "fact_search")
    for tokens in projections.write_facts():
        insert_rows(connection, index, tokens)
    search_indexes.tune_indexes(connection, "changing")
    projections.write_items()
    store_counts(connection)
    check_references(connection)
    analyze_tables(connection)


def check_staged(connection: Connection, root: Path, excused: Collection[str]) -> None:
    """Fill the tables of the source alone; raise SeedErrors as ``check_source`` does."""
    _empty(connection)
    staging.touch_all(connection)
    replace_source(connection)
    check_source(connection, root, excused)


def _empty(connection: Connection) -> None:
    for name in TABLES:
        connection.execute(delete(metadata.tables[name]))
    search_indexes.empty_indexes(connection)
    search_indexes.tune_indexes(connection, "filling")


def analyze_tables(connection: Connection) -> None:
    """Let the database count how many rows a value has, to lead from what few have.

    Of facts, SQLite would take the usual number for that of every record.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join([*TABLES, *search_indexes.INDEXES])
        connection.execute(text(f"ANALYZE {names}"))
        return
    connection.execute(text("PRAGMA analysis_limit = 1000"))
    for kind in KINDS.values():
        connection.execute(text(f"ANALYZE {kind}"))
