"""Indexing: a side file that another process fills equals tables filled in place."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.db.engine import make_engine
from seed import indexing
from seed import load as loading
from seed.load import load
from seed.synthetic.generate import generate
from tests.databases import Databases, path_of
from tests.faults.loading import passes_integrity_check

TOKENS = """
CREATE VIRTUAL TABLE temp.entity_token USING fts5vocab(main, entity_search, instance);
CREATE VIRTUAL TABLE temp.fact_token USING fts5vocab(main, fact_search, instance);
"""


def search_contents(url: str) -> dict[str, list[Any]]:
    """Return the rows of the search tables and the tokens of the search indexes."""
    with closing(sqlite3.connect(path_of(url))) as connection:
        connection.executescript(TOKENS)
        return {
            name: sorted(connection.execute(f"SELECT {columns} FROM {name}"))  # noqa: S608
            for name, columns in {
                "search_entry": "*",
                "spelling": "*",
                "entity_token": "term, doc, col",
                "fact_token": "DISTINCT term, doc",
            }.items()
        }


def index_definitions(url: str) -> set[str]:
    """Return the definitions of the indexes of a PostgreSQL database."""
    engine = make_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT indexdef FROM pg_indexes")).scalars()
        definitions = {each for each in rows if "pg_catalog" not in each}
    engine.dispose()
    return definitions


@pytest.mark.sqlite
def test_copied_indexes_equal_indexes_filled_in_place(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path, 300, 3)
    with monkeypatch.context() as others, databases.migrated() as url:
        others.setattr(loading, "_FEW", 0)
        load(tmp_path, url)
        copied = search_contents(url)

    def fill(self: loading.Filling) -> None:
        indexing.fill(self._connection, self._sources)

    monkeypatch.setattr(loading.Filling, "index", fill)
    with databases.migrated() as url:
        load(tmp_path, url)
        assert search_contents(url) == copied
    assert all(map(len, copied.values()))


@pytest.mark.sqlite
def test_copied_indexes_are_sound_and_can_be_refilled(fresh_url: str, tmp_path: Path) -> None:
    for number in (1, 2):
        generate(tmp_path / str(number), 200, number)
        load(tmp_path / str(number), fresh_url)
        assert passes_integrity_check(fresh_url)
        found = search_contents(fresh_url)
        assert {row[1] for row in found["entity_token"]} <= {
            row[0] for row in found["search_entry"]
        }


@pytest.mark.postgresql
def test_a_first_load_recreates_every_index(databases: Databases, tmp_path: Path) -> None:
    generate(tmp_path, 200, 4)
    with databases.migrated() as url:
        before = index_definitions(url)
        load(tmp_path, url)
        assert index_definitions(url) == before


@pytest.mark.postgresql
def test_a_first_load_does_not_wait_for_readers(databases: Databases, tmp_path: Path) -> None:
    generate(tmp_path, 200, 4)
    with databases.migrated() as url:
        before = index_definitions(url)
        engine = make_engine(url)
        with engine.connect() as reader:
            assert reader.execute(text("SELECT count(*) FROM fact")).scalar() == 0
            load(tmp_path, url)
        engine.dispose()
        assert index_definitions(url) == before
