"""Changing: what is staged replaces what its documents said, and what is touched is made again."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, text

from app.materialize import read_touched, update_stored_counts
from app.schemas.facts import FACTS_PATH
from seed.extract.facts_file import KINDS
from seed.load import search_indexes
from seed.load.checks import check_source
from seed.load.projections import LISTS, Projections
from seed.load.source import mark_heads, remove_records, replace_source
from seed.load.workers import Workers


def change(connection: Connection, root: Path) -> None:
    """Replace the source of what is touched, and every projection of it."""
    with Workers(inline=True) as workers:
        projections = Projections(connection, root, workers)
        counts = read_touched(connection)
        words = search_indexes.fact_words(connection)
        fact_index = search_indexes.IndexChanges(connection, "fact_search")
        for facts in projections.fact_tokens():
            for id_, tokens in facts:
                fact_index.delete(id_, [tokens])
        change_source(connection, root)
        _remove_projections(connection)
        projections.write_records(replace=True)
        search_indexes.change_entries(connection)
        for facts in projections.write_facts():
            for id_, tokens in facts:
                fact_index.insert(id_, [tokens])
        fact_index.write()
        search_indexes.change_words(connection, words, search_indexes.fact_words(connection))
        projections.write_items()
        update_stored_counts(connection, counts)


def change_source(connection: Connection, root: Path, excused: Collection[str] = ()) -> None:
    """Replace the source of what is touched; raise SeedErrors as ``check_source`` does."""
    replace_source(connection)
    remove_records(connection)
    mark_heads(connection, all_facts=False)
    check_source(connection, root, excused)


def _remove_projections(connection: Connection) -> None:
    """Remove the items of all that is touched, and the typed rows of records that are gone."""
    for path in LISTS:
        touched = "touched_fact" if path == FACTS_PATH else "touched_entity"
        statement = f"DELETE FROM item WHERE list = :path AND id IN (SELECT id FROM {touched})"
        connection.execute(text(statement), {"path": path})
    for kind in KINDS.values():
        statement = f"""DELETE FROM {kind} WHERE id IN (SELECT t.id FROM touched_entity t
            WHERE t.kind = :kind AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.id = t.id))"""
        connection.execute(text(statement), {"kind": kind})
