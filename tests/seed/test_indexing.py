"""Indexing: a file filled by another process and copied is as good as tables filled in place."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.database import make_engine
from seed import indexing
from seed import load as loading
from seed.generate import generate
from seed.load import load
from tests.databases import Databases, path_of
from tests.faults.loading import is_sound

TOKENS = """
CREATE VIRTUAL TABLE temp.entity_token USING fts5vocab(main, entity_search, instance);
CREATE VIRTUAL TABLE temp.fact_token USING fts5vocab(main, fact_search, instance);
"""


def searched(url: str) -> dict[str, list[Any]]:
    """Return what search has in its tables, and the tokens in its indexes."""
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


def indexes(url: str) -> set[str]:
    """Return the statements that make the indexes of a PostgreSQL database."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT indexdef FROM pg_indexes")).scalars()
        made = {each for each in found if "pg_catalog" not in each}
    engine.dispose()
    return made


@pytest.mark.sqlite
def test_what_is_copied_is_what_would_be_filled_in_place(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path, 300, 3)
    with monkeypatch.context() as others, databases.migrated() as url:
        others.setattr(loading, "_FEW", 0)
        load(tmp_path, url)
        copied = searched(url)

    def fill(self: loading.Filling) -> None:
        indexing.fill(self._connection, self._sources)

    monkeypatch.setattr(loading.Filling, "index", fill)
    with databases.migrated() as url:
        load(tmp_path, url)
        assert searched(url) == copied
    assert all(map(len, copied.values()))


@pytest.mark.sqlite
def test_indexes_that_are_copied_are_sound_and_can_be_filled_again(
    fresh_url: str, tmp_path: Path
) -> None:
    for number in (1, 2):
        generate(tmp_path / str(number), 200, number)
        load(tmp_path / str(number), fresh_url)
        assert is_sound(fresh_url)
        found = searched(fresh_url)
        assert {row[1] for row in found["entity_token"]} <= {
            row[0] for row in found["search_entry"]
        }


@pytest.mark.postgresql
def test_a_first_load_makes_every_index_again(databases: Databases, tmp_path: Path) -> None:
    generate(tmp_path, 200, 4)
    with databases.migrated() as url:
        before = indexes(url)
        load(tmp_path, url)
        assert indexes(url) == before


@pytest.mark.postgresql
def test_a_first_load_waits_for_nobody(databases: Databases, tmp_path: Path) -> None:
    generate(tmp_path, 200, 4)
    with databases.migrated() as url:
        before = indexes(url)
        engine = make_engine(url)
        with engine.connect() as reader:
            assert reader.execute(text("SELECT count(*) FROM fact")).scalar() == 0
            load(tmp_path, url)
        engine.dispose()
        assert indexes(url) == before
