"""A load is killed, locked out or short of space: a clear error, and the old data is intact."""

import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from errno import EACCES, ENOSPC
from multiprocessing import active_children
from os import strerror
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url, text

from app.db.engine import make_engine
from seed.__main__ import DOCUMENTS
from seed.load.fill import fill
from tests.databases import Databases, path_of
from tests.faults.editions import Editions, fetch_all, run_load, serving
from tests.faults.loading import contents, passes_integrity_check, paused_load, start_load
from tests.helpers import eventually, unprivileged, value_fact, write_documents

CHANGE: tuple[str, ...] = ()
FILL = ("--all",)
# Before the first write, amid the writes, and after the last.
MOMENTS = (
    ("pipeline.change", CHANGE),
    ("change.update_stored_counts", CHANGE),
    ("commit", CHANGE),
    ("pipeline.fill", FILL),
    ("fill.store_counts", FILL),
    ("commit", FILL),
)
MODES = pytest.mark.parametrize("options", [CHANGE, FILL], ids=["change", "fill"])
# More than 64 documents are read by worker processes.
PLACES = {
    f"doc-{number}": {"places": {"omsk": [value_fact("name", "Омск")]}} for number in range(100)
}


def load_error(documents: Path, url: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Run a load that must fail; return its error, which must be one line."""
    capsys.readouterr()
    assert run_load(documents, url, *options) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("Nothing was loaded. ")
    assert output.err.count("\n") == 1, output.err
    return output.err


@pytest.mark.parametrize(("moment", "options"), MOMENTS)
def test_a_killed_load_leaves_the_old_data(
    url: str, editions: Editions, moment: str, options: tuple[str, ...]
) -> None:
    before = contents(url)
    with paused_load(moment, editions.folders[1], url, *options) as process:
        # The open transaction does not affect readers.
        assert fetch_all(url, editions.paths) == editions.responses[0]
        process.kill()
        process.wait()
    assert fetch_all(url, editions.paths) == editions.responses[0]
    assert contents(url) == before
    assert passes_integrity_check(url)
    assert run_load(editions.folders[1], url) == 0
    assert fetch_all(url, editions.paths) == editions.responses[1]
    assert passes_integrity_check(url)


def test_a_killed_first_load_leaves_an_empty_database(fresh_url: str, editions: Editions) -> None:
    before = contents(fresh_url)
    with paused_load("commit", editions.folders[0], fresh_url) as process:
        process.kill()
        process.wait()
    assert contents(fresh_url) == before
    assert run_load(editions.folders[0], fresh_url) == 0
    assert fetch_all(fresh_url, editions.paths) == editions.responses[0]
    assert passes_integrity_check(fresh_url)


@pytest.mark.sqlite
def test_a_server_started_during_the_first_load_becomes_ready(
    fresh_url: str, editions: Editions
) -> None:
    with (
        paused_load("commit", editions.folders[0], fresh_url) as process,
        serving(fresh_url) as client,
    ):
        assert client.get("/readyz").status_code == 503
        process.communicate("\n", timeout=60)
        assert process.returncode == 0
        eventually(lambda: client.get("/readyz").status_code == 200)
    assert fetch_all(fresh_url, editions.paths) == editions.responses[0]
    with closing(sqlite3.connect(path_of(fresh_url))) as connection:
        # Later loads run beside readers, which requires WAL mode.
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_killed_load_leaves_no_process_and_no_file(
    tmp_path: Path, fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = write_documents(tmp_path, PLACES)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with paused_load("pipeline.fill", documents, fresh_url) as process:
        process.kill()
        # Workers inherit its output, which closes when the last of them has ended.
        process.communicate(timeout=60)
    assert not list(folder.iterdir())


@pytest.mark.sqlite
def test_ctrl_c_ends_a_load_and_its_workers_silently(
    tmp_path: Path, fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = write_documents(tmp_path, PLACES)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    before = contents(fresh_url)
    with paused_load("commit", documents, fresh_url) as process:
        # A terminal sends it to the whole group.
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "")
        assert process.returncode == 130
    assert not list(folder.iterdir())
    assert contents(fresh_url) == before


def test_two_loads_at_once_wait_for_one_another(url: str, editions: Editions) -> None:
    with (
        paused_load("commit", editions.folders[1], url) as first,
        paused_load("pipeline.load_transaction", editions.folders[0], url) as second,
    ):
        assert second.stdin is not None
        second.stdin.write("\n")
        second.stdin.flush()
        first.communicate("\n", timeout=60)
        output, errors = second.communicate(timeout=60)
    assert (first.returncode, second.returncode, errors) == (0, 0, "")
    assert "0 added, 1 changed, 0 removed" in output
    assert fetch_all(url, editions.paths) == editions.responses[0]


@pytest.mark.postgresql
def test_a_waiting_load_proceeds_when_the_other_is_killed(url: str, editions: Editions) -> None:
    engine = make_engine(url)

    def is_waiting() -> bool:
        locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        with engine.connect() as connection:
            return bool(connection.execute(locks).scalar())

    with paused_load("commit", DOCUMENTS, url) as first:
        second = start_load("commit", editions.folders[1], url)
        eventually(is_waiting)
        first.kill()
    output, errors = second.communicate("\n", timeout=60)
    assert (second.returncode, errors) == (0, "")
    assert output.startswith("paused\n0 added, 1 changed, 0 removed")
    assert fetch_all(url, editions.paths) == editions.responses[1]
    engine.dispose()


@pytest.mark.sqlite
def test_a_locked_file_is_reported(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)
    with paused_load("pipeline.change", editions.folders[1], url):
        assert "database is locked" in load_error(editions.folders[1], f"{url}?timeout=0", capsys)
    assert contents(url) == before
    assert run_load(editions.folders[1], url) == 0


@pytest.mark.sqlite
def test_a_missing_file_is_reported_and_not_created(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, reason = tmp_path / "missing.db", "unable to open database file"
    for file, expected in ((path, reason), (path / "x.db", f"There is no folder {path}")):
        assert expected in load_error(DOCUMENTS, f"sqlite:///{file}", capsys)
        assert not path.exists()


@pytest.mark.sqlite
def test_a_damaged_file_is_reported(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = path_of(url).read_bytes()
    path_of(url).write_bytes(b"\xff" * 100 + whole[100:])
    assert "file is not a database" in load_error(editions.folders[1], url, capsys)
    path_of(url).write_bytes(whole[: len(whole) // 2])
    assert "disk image is malformed" in load_error(editions.folders[1], url, capsys)
    path_of(url).write_bytes(whole)
    assert fetch_all(url, editions.paths) == editions.responses[0]


@pytest.mark.sqlite
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555)])
def test_a_read_only_file_or_folder_is_reported(
    url: str,
    editions: Editions,
    shared_folder: Path,
    capsys: pytest.CaptureFixture[str],
    file_mode: int,
    folder_mode: int,
) -> None:
    path = shared_folder / "pobratim.db"
    documents = shared_folder / "documents"
    shutil.copyfile(path_of(url), path)
    shutil.copytree(editions.folders[1], documents)
    before = path.read_bytes()
    path.chmod(file_mode)
    shared_folder.chmod(folder_mode)
    with unprivileged():
        error = load_error(documents, f"sqlite:///{path}", capsys)
    assert "readonly database" in error or "unable to open database file" in error
    assert path.read_bytes() == before


@contextmanager
def room(schema: str, pages: int) -> Iterator[None]:
    """Leave room for so many more pages in SQLite's database, or for its temporary tables."""

    def limit(connection: Any, _record: object) -> None:
        (used,) = connection.execute(f"PRAGMA {schema}.page_count").fetchone()
        connection.execute(f"PRAGMA {schema}.max_page_count = {used + pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


@pytest.mark.sqlite
@MODES
@pytest.mark.parametrize(("schema", "pages"), [("main", 0), ("main", 40), ("temp", 1), ("temp", 9)])
def test_a_full_disk_is_reported_on_sqlite(
    url: str,
    editions: Editions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    schema: str,
    pages: int,
) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    before = contents(url)
    with room(schema, pages):
        # The shipped documents are larger than the edition.
        error = load_error(DOCUMENTS, url, capsys, *options)
    assert "database or disk is full" in error
    for folder in (path_of(url).parent, tmp_path):
        assert re.search(rf"[0-9]\.[0-9] MiB in {re.escape(str(folder))}\b", error), error
    assert contents(url) == before
    assert passes_integrity_check(url)
    assert fetch_all(url, editions.paths) == editions.responses[0]
    assert run_load(DOCUMENTS, url, *options) == 0


_FULL = """
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device'
    USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
END $$;
CREATE TRIGGER fill BEFORE INSERT ON evidence EXECUTE FUNCTION fill()
"""


@pytest.mark.postgresql
@MODES
def test_a_full_disk_is_reported_on_postgresql(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    before = contents(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(_FULL))
    assert "No space left on device" in load_error(editions.folders[1], url, capsys, *options)
    assert contents(url) == before
    assert fetch_all(url, editions.paths) == editions.responses[0]
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER fill ON evidence"))
    engine.dispose()
    assert run_load(editions.folders[1], url) == 0


@pytest.mark.postgresql
def test_a_read_only_or_unreachable_server_is_reported(
    url: str, editions: Editions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reading = make_url(url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    gone = make_url(url).update_query_dict({"host": str(tmp_path)})
    for wrong, reason in ((reading, "read-only transaction"), (gone, "connection is bad")):
        error = load_error(editions.folders[1], wrong.render_as_string(hide_password=False), capsys)
        assert reason in error
    assert fetch_all(url, editions.paths) == editions.responses[0]


def test_an_unmigrated_database_is_reported(
    databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    url = databases.bare()
    if url.startswith("sqlite"):
        path_of(url).touch()
    assert "run `alembic upgrade head`" in load_error(DOCUMENTS, url, capsys)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(EACCES, strerror(EACCES), "/srv/code"), "/srv/code: Permission denied"),
        (OSError(ENOSPC, strerror(ENOSPC)), "the load can't go on: No space left on device"),
    ],
)
def test_an_error_of_the_system_is_reported(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: OSError,
    reason: str,
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise error

    before = contents(url)
    with monkeypatch.context() as patch:
        patch.setattr("seed.load.pipeline.count_changes", fail)
        assert reason in load_error(editions.folders[1], url, capsys)
    assert contents(url) == before


def test_a_killed_worker_fails_the_load(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)
    documents = write_documents(tmp_path, PLACES)

    def kill(*arguments: Any, **options: Any) -> None:
        workers = active_children()
        assert workers
        for worker in workers:
            worker.kill()
        fill(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr("seed.load.pipeline.fill", kill)
        assert "memory enough" in load_error(documents, url, capsys)
    assert contents(url) == before
    assert run_load(documents, url) == 0


@pytest.mark.sqlite
def test_an_unreadable_folder_of_documents_is_reported(
    url: str, shared_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, documents = shared_folder / "pobratim.db", shared_folder / "documents"
    shutil.copyfile(path_of(url), path)
    path.chmod(0o666)
    shared_folder.chmod(0o777)
    documents.mkdir(mode=0)
    with unprivileged():
        error = load_error(documents, f"sqlite:///{path}", capsys)
    assert f"{documents}: can't be read: Permission denied" in error
