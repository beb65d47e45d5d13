"""The pipeline: what is read and written, in one transaction, whatever way it takes."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from app.db.database import Database
from app.db.engine import make_engine
from app.models import Evidence, Fact
from app.models.fact import LENGTH_CLASSES
from seed.errors import LoadError
from seed.extract.files import read_document
from seed.load import change as changing
from seed.load import fill as filling
from seed.load import pipeline, reading
from seed.load.pipeline import Tuning, load
from seed.load.report import count_changes
from seed.synthetic.generate import generate
from tests.databases import Databases, path_of
from tests.seed.load.states import read_state

CHANGING = Tuning(fill_above=1000)
AN_HOUR_AGO = 1_700_000_000
"""A time, in seconds, at which files can't change any more within the clock's tick."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generate documents and return their folder."""
    root = tmp_path_factory.mktemp("generated")
    generate(root, 600, 2)
    for path in root.rglob("*.*"):
        os.utime(path, (AN_HOUR_AGO, AN_HOUR_AGO))
    return root


@pytest.fixture
def documents(generated: Path, tmp_path: Path) -> Path:
    """Return a copy of the generated documents, with the times of their files."""
    return Path(shutil.copytree(generated, tmp_path / "documents"))


@pytest.fixture(scope="module")
def template(databases: Databases, generated: Path) -> Iterator[str]:
    """Yield the URL of a database with the documents, to be copied."""
    with databases.migrated() as url:
        load(generated, url)
        yield url


@pytest.fixture
def loaded_url(databases: Databases, template: str) -> Iterator[str]:
    """Yield the URL of a database of the test's own with the documents."""
    with databases.copied(template) as url:
        yield url


def shift(documents: Path) -> str:
    """Shift all offsets of one document; return its id."""
    folder = sorted(documents.iterdir())[1]
    path = folder / "text.txt"
    path.write_text(f"Я {path.read_text(encoding='utf-8')}", encoding="utf-8")
    return folder.name


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which every document is added that is read."""
    seen: list[str] = []

    def read(folder: Path) -> Any:
        seen.append(folder.name)
        return read_document(folder)

    monkeypatch.setattr(reading, "read_document", read)
    return seen


def test_worker_processes_do_not_change_the_result(databases: Databases, documents: Path) -> None:
    states = []
    for inline in (1000, -1):
        with databases.migrated() as url:
            load(documents, url, tuning=Tuning(inline=inline))
            states.append(read_state(url))
    assert states[0] == states[1]


def test_a_second_load_reads_no_document_and_writes_nothing(
    loaded_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_state(loaded_url)
    reads = count_reads(monkeypatch)
    assert not load(documents, loaded_url)
    assert reads == []
    assert read_state(loaded_url) == before


def test_only_a_changed_document_is_read(
    loaded_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = shift(documents)
    reads = count_reads(monkeypatch)
    report = load(documents, loaded_url, tuning=CHANGING)
    assert reads == [changed]
    assert (report.added, report.changed, report.removed) == (0, 1, 0)


def test_other_times_of_the_same_files_make_no_revision(loaded_url: str, documents: Path) -> None:
    before = read_state(loaded_url)
    for path in documents.rglob("*.*"):
        os.utime(path, (AN_HOUR_AGO + 60, AN_HOUR_AGO + 60))
    assert not load(documents, loaded_url)
    assert read_state(loaded_url) == before


@pytest.mark.parametrize("everything", [True, False])
def test_other_code_or_a_wish_makes_everything_anew(
    loaded_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    before = read_state(loaded_url)
    if not everything:
        engine = make_engine(loaded_url, writing=True)
        with engine.begin() as connection:
            connection.execute(text("UPDATE revision SET code_hash = 'other'"))
            connection.execute(text("DELETE FROM stored_count"))
        engine.dispose()
    reads = count_reads(monkeypatch)
    assert load(documents, loaded_url, everything=everything)
    assert len(reads) == len(list(documents.iterdir()))
    assert read_state(loaded_url) == before


STEPS: list[tuple[Any, str]] = [
    (filling, "replace_source"),
    (filling, "mark_heads"),
    (filling, "store_counts"),
    (filling, "check_references"),
    (changing, "replace_source"),
    (changing, "mark_heads"),
    (changing, "check_source"),
    (changing, "update_stored_counts"),
    (pipeline, "content_hash"),
]


@pytest.mark.parametrize(("module", "step"), STEPS)
def test_a_failed_load_leaves_the_old_data(
    loaded_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    before = read_state(loaded_url)
    real: Callable[..., Any] = getattr(module, step)
    shift(documents)

    def fail(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, step, fail)
    with pytest.raises(KeyboardInterrupt):
        load(documents, loaded_url, everything=module is filling, tuning=CHANGING)
    assert read_state(loaded_url) == before


@pytest.mark.sqlite
def test_a_dangling_reference_is_rejected_at_the_end(
    loaded_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(connection: Any) -> None:
        connection.execute(text("DELETE FROM place WHERE id IN (SELECT city_id FROM company)"))

    monkeypatch.setattr(filling, "store_counts", forget)
    with pytest.raises(LoadError, match="refuses what the documents say"):
        load(documents, loaded_url, everything=True)


@pytest.mark.parametrize("everything", [True, False])
def test_a_reader_sees_one_snapshot_during_a_load(
    loaded_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    shutil.rmtree(min(documents.iterdir()))
    count = select(func.count()).select_from(Fact)
    seen: list[int] = []

    with closing(Database(loaded_url)) as database:

        def look(*arguments: Any, **options: Any) -> None:
            count_changes(*arguments, **options)
            with database.read() as connection:
                seen.append(connection.execute(count).scalar_one())

        monkeypatch.setattr(pipeline, "count_changes", look)
        with database.read() as connection:
            before = connection.execute(count).scalar_one()
            load(documents, loaded_url, everything=everything, tuning=CHANGING)
            assert connection.execute(count).scalar_one() == before
        assert seen == [before]
        with database.read() as connection:
            assert connection.execute(count).scalar_one() < before


@pytest.mark.sqlite
def test_only_a_first_load_runs_without_the_wal(
    fresh_url: str, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(fresh_url)
    logs: list[bool] = []

    def look(*arguments: Any, **options: Any) -> None:
        count_changes(*arguments, **options)
        logs.append(path.with_name(f"{path.name}-wal").exists())

    monkeypatch.setattr(pipeline, "count_changes", look)
    for _ in range(2):
        assert load(documents, fresh_url, tuning=CHANGING)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        shift(documents)
    assert logs == [False, True]


@pytest.mark.sqlite
def test_a_first_load_does_not_disturb_an_open_connection(fresh_url: str, documents: Path) -> None:
    count = select(func.count()).select_from(Fact)
    with closing(Database(fresh_url)) as database:
        with database.read() as connection:
            assert connection.execute(count).scalar_one() == 0
            assert load(documents, fresh_url)
            assert connection.execute(count).scalar_one() == 0
        with database.read() as connection:
            assert connection.execute(count).scalar_one() > 0


def test_a_span_repeats_its_predicate_and_length_class(loaded_url: str) -> None:
    with closing(Database(loaded_url)) as database, database.read() as connection:
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
