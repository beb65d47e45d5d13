"""The transaction: what the database refuses is one line, and changes nothing."""

import sqlite3
from pathlib import Path

import pytest

from seed.errors import LoadError
from seed.load.pipeline import load
from tests.seed.test_seed import dump, write


@pytest.mark.sqlite
def test_a_locked_database_is_reported_and_unchanged(own_url: str, tmp_path: Path) -> None:
    before = dump(own_url)
    documents = write(tmp_path / "documents")
    with sqlite3.connect(own_url.removeprefix("sqlite:///")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LoadError, match="database is locked"):
            load(documents, f"{own_url}?timeout=0")
        other.rollback()
    other.close()
    assert dump(own_url) == before
    assert load(documents, own_url)
