"""The load: its result is independent of the chunk size, and it is atomic."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import col

from app.db.database import Database
from app.models import Evidence, Fact
from app.models.fact import LENGTH_CLASSES
from seed import load as loading
from seed.__main__ import DOCUMENTS
from seed.load import DatabaseError, load
from seed.staging import Chunk
from seed.synthetic.generate import generate
from tests.databases import Databases, path_of
from tests.seed.test_seed import dump


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate documents and return their folder."""
    root = tmp_path_factory.mktemp("generated")
    generate(root, 400, 2)
    return root


def content(databases: Databases, root: Path) -> dict[str, list[Any]]:
    """Load a new database and return its rows, without the revision."""
    with databases.migrated() as url:
        assert load(root, url)
        assert not load(root, url)
        rows = dump(url)
    del rows["revision"]
    return rows


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000), facts=st.integers(1, 300), chunk=st.integers(1, 60))
def test_the_chunk_size_does_not_change_the_result(
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    facts: int,
    chunk: int,
) -> None:
    root = tmp_path_factory.mktemp("generated")
    generate(root, facts, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "CHUNK", chunk)
        patch.setattr(loading, "_FOLDERS", 1 + chunk % 3)
        chunked = content(databases, root)
    assert chunked == content(databases, root)


def test_worker_processes_do_not_change_the_result(
    databases: Databases, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_process = content(databases, documents)
    monkeypatch.setattr(loading, "_FEW", 0)
    monkeypatch.setattr(loading, "CHUNK", 100)
    assert content(databases, documents) == in_process


@pytest.mark.parametrize("step", ["read", "derive", "store", "finish", "index"])
def test_a_failed_load_leaves_the_old_data(
    own_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = dump(own_url)
    real = getattr(loading.Filling, step)

    def fail(self: loading.Filling, *arguments: Any) -> None:
        real(self, *arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(loading.Filling, step, fail)
    with pytest.raises(KeyboardInterrupt):
        load(documents, own_url)
    assert dump(own_url) == before


@pytest.mark.sqlite
def test_a_dangling_reference_is_rejected_at_the_end(
    fresh_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = loading.Filling.index

    def forget(self: loading.Filling) -> None:
        real(self)
        self._connection.exec_driver_sql(
            "DELETE FROM place WHERE id IN (SELECT city_id FROM company)"
        )

    monkeypatch.setattr(loading.Filling, "index", forget)
    with pytest.raises(DatabaseError, match="refuses what the documents say"):
        load(documents, fresh_url)


def test_a_reader_sees_one_snapshot_during_a_load(
    own_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(own_url)
    count = select(func.count()).select_from(Fact)
    seen: list[int] = []
    real = loading.Filling.index

    def look(self: loading.Filling) -> None:
        real(self)
        with database.read() as connection:
            seen.append(connection.execute(count).scalar_one())

    monkeypatch.setattr(loading.Filling, "index", look)
    with database.read() as connection:
        before = connection.execute(count).scalar_one()
        load(documents, own_url)
        assert connection.execute(count).scalar_one() == before
    assert seen == [before]
    with database.read() as connection:
        assert connection.execute(count).scalar_one() > before
    database.close()


@pytest.mark.sqlite
def test_only_a_first_load_runs_without_the_wal(
    fresh_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(fresh_url)
    logs: list[bool] = []
    real = loading.Filling.index

    def look(self: loading.Filling) -> None:
        real(self)
        logs.append(path.with_name(f"{path.name}-wal").exists())

    monkeypatch.setattr(loading.Filling, "index", look)
    for root in (documents, DOCUMENTS):
        assert load(root, fresh_url)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert logs == [False, True]


@pytest.mark.sqlite
def test_a_first_load_does_not_disturb_an_open_connection(fresh_url: str) -> None:
    database = Database(fresh_url)
    count = select(func.count()).select_from(Fact)
    with database.read() as connection:
        assert connection.execute(count).scalar_one() == 0
        assert load(DOCUMENTS, fresh_url)
        assert connection.execute(count).scalar_one() == 0
    with database.read() as connection:
        assert connection.execute(count).scalar_one() > 0
    database.close()


def test_memory_holds_one_chunk_at_a_time(
    fresh_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of lines in a chunk stays near the configured size, however many there are."""
    sizes: list[int] = []
    real = loading._counted

    def counted(chunks: Iterator[Chunk], update: Any) -> Iterator[Chunk]:
        for chunk in real(chunks, update):
            sizes.append(len(chunk))
            yield chunk

    monkeypatch.setattr(loading, "_counted", counted)
    monkeypatch.setattr(loading, "CHUNK", 50)
    load(documents, fresh_url)
    assert len(sizes) > 10
    assert max(sizes) < 150


def test_a_span_repeats_its_predicate_and_length_class(
    databases: Databases, documents: Path
) -> None:
    with databases.migrated() as url:
        load(documents, url)
        with closing(Database(url)) as database, database.read() as connection:
            rows = connection.execute(
                select(
                    col(Evidence.end) - col(Evidence.start),
                    col(Evidence.length_class),
                    col(Evidence.predicate),
                    col(Fact.predicate),
                ).join(Fact, col(Fact.id) == col(Evidence.fact_id))
            ).all()
    assert len({each for _, each, *_ in rows}) > 1
    for length, length_class, repeated, predicate in rows:
        assert repeated == predicate
        assert length_class == min(each for each in LENGTH_CLASSES if each >= length)
