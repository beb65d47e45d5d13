"""A load is killed, locked out or short of space: a clear error, and the old data is intact."""

import errno
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, make_url, text

from app.db.engine import make_engine
from seed import indexing, load, spool
from seed.__main__ import DOCUMENTS
from seed.workers import Workers
from tests.databases import Databases, path_of
from tests.faults.editions import Editions, fetch_all, run_load, serving
from tests.faults.loading import contents, passes_integrity_check, paused_load, start_load
from tests.helpers import eventually, unprivileged, value_fact, write_documents

# Statement 4 follows the lock and the query of the revision; statement 12 is amid the writes.
MOMENTS = ("4", "12", "commit")
# More than 64 documents are read by worker processes.
PLACES = {
    f"doc-{number}": {"places": {"omsk": [value_fact("name", "Омск")]}} for number in range(100)
}


def load_error(documents: Path, url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a load that must fail; return its error, which must be one line."""
    capsys.readouterr()
    assert run_load(documents, url) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("Nothing was loaded. ")
    assert output.err.count("\n") == 1, output.err
    return output.err


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_load_leaves_the_old_data(url: str, editions: Editions, moment: str) -> None:
    before = contents(url)
    with paused_load(moment, editions.folders[1], url) as process:
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


def test_a_killed_load_leaves_no_process(tmp_path: Path, fresh_url: str) -> None:
    documents = write_documents(tmp_path, PLACES)
    with paused_load("12", documents, fresh_url) as process:
        process.kill()
        # Workers inherit its output, which closes when the last of them has ended.
        process.communicate(timeout=60)


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


@pytest.mark.sqlite
def test_the_folder_of_a_killed_load_is_removed_by_the_next(
    url: str, editions: Editions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with paused_load("12", editions.folders[1], url) as process:
        process.kill()
        process.wait()
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert run_load(editions.folders[1], url) == 0
    assert not list(tmp_path.iterdir())


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
    assert output.startswith("paused\nLoaded:")
    assert fetch_all(url, editions.paths) == editions.responses[1]
    engine.dispose()


@pytest.mark.sqlite
def test_a_locked_file_is_reported(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)
    with paused_load("4", editions.folders[1], url):
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


@pytest.mark.sqlite
def test_a_full_disk_is_reported_on_sqlite(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)

    def fill(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", fill)
    try:
        # The shipped documents are larger than the edition.
        error = load_error(DOCUMENTS, url, capsys)
    finally:
        event.remove(Engine, "connect", fill)
    assert "database or disk is full" in error
    assert contents(url) == before
    assert passes_integrity_check(url)
    assert fetch_all(url, editions.paths) == editions.responses[0]
    assert run_load(DOCUMENTS, url) == 0


_FULL = """
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device'
    USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
END $$;
CREATE TRIGGER fill BEFORE INSERT ON evidence EXECUTE FUNCTION fill()
"""


@pytest.mark.postgresql
def test_a_full_disk_is_reported_on_postgresql(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(_FULL))
    assert "No space left on device" in load_error(editions.folders[1], url, capsys)
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


def assert_no_space_error(
    editions: Editions, url: str, capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    """Assert that a load reports the temporary folder and the reason, and changes nothing."""
    before = contents(url)
    error = load_error(editions.folders[1], url, capsys)
    assert tempfile.gettempdir() in error
    assert reason in error
    assert contents(url) == before


def test_a_full_temporary_folder_is_reported(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(spool, "put", fail)
        assert_no_space_error(editions, url, capsys, "No space left on device")


def test_an_unreadable_folder_is_reported_by_its_own_name(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_arguments: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/srv/closed/code")

    before = contents(url)
    with monkeypatch.context() as patch:
        patch.setattr(spool, "put", fail)
        error = load_error(editions.folders[1], url, capsys)
    assert "/srv/closed/code: Permission denied" in error
    assert "TMPDIR" not in error
    assert contents(url) == before


@pytest.mark.sqlite
def test_a_full_disk_for_a_side_file_is_reported(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = indexing.fill

    def fill(connection: Connection, sources: indexing.Sources) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        real(connection, sources)

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "fill", fill)
        assert_no_space_error(editions, url, capsys, "database or disk is full")
    assert passes_integrity_check(url)


def test_a_killed_worker_fails_the_load(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = contents(url)
    real = Workers.map

    def kill(self: Workers, do: Any, tasks: Any) -> Iterator[Any]:
        results = real(self, do, tasks)
        yield next(results)
        assert self._pool is not None
        for process in self._pool._processes.values():
            process.kill()
        yield from results
        yield from real(self, do, tasks)

    monkeypatch.setattr(load, "_FEW", 0)
    monkeypatch.setattr(Workers, "map", kill)
    assert "memory enough" in load_error(editions.folders[1], url, capsys)
    assert contents(url) == before


@pytest.mark.sqlite
def test_an_unreadable_folder_of_documents_is_reported(
    shared_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = shared_folder / "documents"
    documents.mkdir(mode=0)
    with unprivileged():
        error = load_error(documents, f"sqlite:///{shared_folder}/x.db", capsys)
    assert f"{documents}: can't be read: Permission denied" in error
