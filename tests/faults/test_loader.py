"""The loader is killed, locked out, or finds no room: a clear error, and the old data is whole."""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, make_url, text

from app import database
from app.database import make_engine
from seed import indexing, load, spool
from seed.__main__ import DOCUMENTS
from seed.workers import Workers
from tests.databases import Databases, path_of
from tests.faults.editions import Editions, answers, loaded, serving
from tests.faults.loading import begun_load, contents, is_sound, paused_load
from tests.helpers import eventually, value_fact, write_documents

# After its lock and its question for the revision; among its writing; when all is written.
MOMENTS = ("4", "12", "commit")


def refusal(documents: Path, url: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that the loader says when it can't load; nothing may change."""
    capsys.readouterr()
    assert loaded(documents, url) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Nothing was loaded. ")
    assert said.err.count("\n") == 1, said.err
    return said.err


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_load_leaves_the_old_data(url: str, editions: Editions, moment: str) -> None:
    before = contents(url)
    with paused_load(moment, editions.folders[1], url) as process:
        # Readers go on meanwhile.
        assert answers(url, editions.paths) == editions.answers[0]
        process.kill()
        process.wait()
    assert answers(url, editions.paths) == editions.answers[0]
    assert contents(url) == before
    assert is_sound(url)
    assert loaded(editions.folders[1], url) == 0
    assert answers(url, editions.paths) == editions.answers[1]
    assert is_sound(url)


def test_a_killed_first_load_leaves_nothing(fresh_url: str, editions: Editions) -> None:
    before = contents(fresh_url)
    with paused_load("commit", editions.folders[0], fresh_url) as process:
        process.kill()
        process.wait()
    assert contents(fresh_url) == before
    assert loaded(editions.folders[0], fresh_url) == 0
    assert answers(fresh_url, editions.paths) == editions.answers[0]
    assert is_sound(fresh_url)


@pytest.mark.sqlite
def test_a_server_that_starts_during_the_first_load_is_ready_after_it(
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
    assert answers(fresh_url, editions.paths) == editions.answers[0]
    with closing(sqlite3.connect(path_of(fresh_url))) as connection:
        # The next load will need it.
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_killed_load_leaves_no_process(tmp_path: Path, fresh_url: str) -> None:
    # So many that they are read in processes of their own.
    place = {"places": {"omsk": [value_fact("name", "Омск")]}}
    documents = write_documents(tmp_path, {f"doc-{number}": place for number in range(100)})
    with paused_load("12", documents, fresh_url) as process:
        process.kill()
        # They have its output too, which ends when the last of them has ended.
        process.communicate(timeout=60)


@pytest.mark.postgresql
def test_a_load_that_waits_goes_on_when_the_other_is_killed(url: str, editions: Editions) -> None:
    engine = make_engine(url)

    def is_waiting() -> bool:
        locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        with engine.connect() as connection:
            return bool(connection.execute(locks).scalar())

    with paused_load("commit", DOCUMENTS, url) as first:
        second = begun_load("commit", editions.folders[1], url)
        eventually(is_waiting)
        first.kill()
    output, errors = second.communicate("\n", timeout=60)
    assert (second.returncode, errors) == (0, "")
    assert output.startswith("paused\nLoaded:")
    assert answers(url, editions.paths) == editions.answers[1]
    engine.dispose()


@pytest.mark.sqlite
def test_a_locked_file_is_named(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_SECONDS", 0)
    before = contents(url)
    with paused_load("4", editions.folders[1], url):
        assert "database is locked" in refusal(editions.folders[1], url, capsys)
    assert contents(url) == before
    assert loaded(editions.folders[1], url) == 0


@pytest.mark.sqlite
def test_a_missing_file_is_named_and_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path / "missing.db", tmp_path / "none" / "missing.db"):
        said = refusal(DOCUMENTS, f"sqlite:///{path}", capsys)
        assert "unable to open database file" in said
        assert not path.exists()


@pytest.mark.sqlite
def test_a_damaged_file_is_named(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = path_of(url).read_bytes()
    path_of(url).write_bytes(b"\xff" * 100 + whole[100:])
    assert "file is not a database" in refusal(editions.folders[1], url, capsys)
    path_of(url).write_bytes(whole[: len(whole) // 2])
    assert "disk image is malformed" in refusal(editions.folders[1], url, capsys)
    path_of(url).write_bytes(whole)
    assert answers(url, editions.paths) == editions.answers[0]


@contextmanager
def _unprivileged() -> Iterator[None]:
    """Be somebody whom permissions bind, as they don't the superuser."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def other_folder() -> Iterator[Path]:
    """Yield a folder that others may reach into."""
    folder = Path(tempfile.mkdtemp(prefix="pobratim-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.sqlite
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555)])
def test_a_file_or_folder_that_cant_be_written_is_named(
    url: str,
    editions: Editions,
    other_folder: Path,
    capsys: pytest.CaptureFixture[str],
    file_mode: int,
    folder_mode: int,
) -> None:
    path = other_folder / "pobratim.db"
    documents = other_folder / "documents"
    shutil.copyfile(path_of(url), path)
    shutil.copytree(editions.folders[1], documents)
    before = path.read_bytes()
    path.chmod(file_mode)
    other_folder.chmod(folder_mode)
    with _unprivileged():
        said = refusal(documents, f"sqlite:///{path}", capsys)
    assert "readonly database" in said or "unable to open database file" in said
    assert path.read_bytes() == before


@pytest.mark.sqlite
def test_a_full_disk_is_named_on_sqlite(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)

    def fill(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", fill)
    try:
        # It is larger than the edition.
        said = refusal(DOCUMENTS, url, capsys)
    finally:
        event.remove(Engine, "connect", fill)
    assert "database or disk is full" in said
    assert contents(url) == before
    assert is_sound(url)
    assert answers(url, editions.paths) == editions.answers[0]
    assert loaded(DOCUMENTS, url) == 0


_FULL = """
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device'
    USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
END $$;
CREATE TRIGGER fill BEFORE INSERT ON evidence EXECUTE FUNCTION fill()
"""


@pytest.mark.postgresql
def test_a_full_disk_is_named_on_postgresql(
    url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(_FULL))
    assert "No space left on device" in refusal(editions.folders[1], url, capsys)
    assert contents(url) == before
    assert answers(url, editions.paths) == editions.answers[0]
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER fill ON evidence"))
    engine.dispose()
    assert loaded(editions.folders[1], url) == 0


@pytest.mark.postgresql
def test_a_server_that_cant_be_written_or_reached_is_named(
    url: str, editions: Editions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reading = make_url(url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    gone = make_url(url).update_query_dict({"host": str(tmp_path)})
    for wrong, reason in ((reading, "read-only transaction"), (gone, "connection is bad")):
        said = refusal(editions.folders[1], wrong.render_as_string(hide_password=False), capsys)
        assert reason in said
    assert answers(url, editions.paths) == editions.answers[0]


def test_a_database_that_isnt_migrated_is_named(
    databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    url = databases.bare()
    if url.startswith("sqlite"):
        path_of(url).touch()
    assert "migrated with `alembic upgrade head`" in refusal(DOCUMENTS, url, capsys)


def refused_for_want_of_room(
    editions: Editions, url: str, capsys: pytest.CaptureFixture[str], reason: str
) -> None:
    """Assert that a load names the temporary folder and the reason, and changes nothing."""
    before = contents(url)
    said = refusal(editions.folders[1], url, capsys)
    assert tempfile.gettempdir() in said
    assert reason in said
    assert contents(url) == before


def test_no_room_for_the_files_of_a_load_is_named(
    url: str,
    editions: Editions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(spool, "put", fail)
        refused_for_want_of_room(editions, url, capsys, "No space left on device")


@pytest.mark.sqlite
def test_no_room_for_a_file_beside_the_database_is_named(
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
        refused_for_want_of_room(editions, url, capsys, "database or disk is full")
    assert is_sound(url)


def test_a_process_that_is_killed_ends_the_load(
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
    assert "memory enough" in refusal(editions.folders[1], url, capsys)
    assert contents(url) == before
