"""Verification, exhaustively: no page can be damaged, and no column changed, without a finding."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Integer

from app.models import metadata
from seed.__main__ import DOCUMENTS
from seed.load.pipeline import loaded_apart
from seed.verify import verify
from tests.databases import path_of

pytestmark = pytest.mark.sqlite
UNDECIDED = {"document.signature", "revision.loaded_at"}


@pytest.fixture
def path(own_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the file of a seeded database, which is always compared with the same load."""
    with loaded_apart(DOCUMENTS) as expected:
        monkeypatch.setattr("seed.verify.loaded_apart", lambda _: nullcontext(expected))
        yield path_of(own_url)


def is_found(path: Path) -> bool:
    return any(True for _ in verify(DOCUMENTS, f"sqlite:///{path}"))


@pytest.mark.parametrize("content", [b"\xff", b"\0"])
def test_every_damaged_page_is_a_finding(path: Path, content: bytes) -> None:
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    unnoticed = []
    for start in range(0, len(whole), size):
        path.write_bytes(whole[:start] + content * size + whole[start + size :])
        if not is_found(path):
            unnoticed.append(start // size + 1)
    path.write_bytes(whole)
    assert unnoticed == []
    assert not is_found(path)


def test_every_column_is_compared(path: Path) -> None:
    whole = path.read_bytes()
    for table in metadata.tables.values():
        for column in table.columns:
            other = f"""coalesce("{column.name}" || 'x', 'x')"""
            if isinstance(column.type, Integer | Boolean):
                other = f'coalesce("{column.name}" + 1, 1)'
            path.write_bytes(whole)
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("PRAGMA ignore_check_constraints = ON")
                connection.execute(f'UPDATE "{table}" SET "{column.name}" = {other}')  # noqa: S608
            assert is_found(path) == (str(column) not in UNDECIDED), column
