"""A file of SQLite that is locked, missing, replaced or damaged: 503, and recovery by itself."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import database, listing, revisions
from tests.app.formats.exchange import ask as exchange
from tests.app.formats.exchange import in_use
from tests.databases import path_of
from tests.faults.editions import EXPORTS, Editions, app_of, ask, is_known, loaded, serving
from tests.helpers import eventually

pytestmark = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust no answer for a moment: what these tests do to a file takes less."""
    monkeypatch.setattr(revisions, "_MOMENT", 0)


ENTRIES = pytest.mark.parametrize("entries", [0, 4096])


def is_of(client: TestClient, editions: Editions, edition: int) -> bool:
    """Tell whether every answer is that of an edition."""
    expected = editions.answers[edition]
    return all(ask(client, path) == expected[path] for path in editions.paths)


def is_unavailable(client: TestClient, path: str) -> bool:
    """Tell whether an answer is the problem that says to try again."""
    response = client.get(path)
    if response.status_code == 200:
        return False
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["type"] == "/problems/unavailable"
    return True


def assert_unavailable(client: TestClient, editions: Editions, reason: str) -> None:
    """Check that nothing is answered, that the readiness tells why, and that the process lives."""
    for path in editions.paths:
        assert is_unavailable(client, path), path
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.headers["content-type"] == "application/problem+json"
    assert reason in ready.json()["detail"]
    assert client.get("/healthz").status_code == 200


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock, which in WAL mode is one that keeps readers out too."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


@ENTRIES
def test_a_locked_file(
    url: str, editions: Editions, monkeypatch: pytest.MonkeyPatch, entries: int
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_SECONDS", 0)
    with serving(url, cache_entries=entries) as client:
        with locked(path_of(url)):
            assert_unavailable(client, editions, "database is locked")
        assert client.get("/readyz").status_code == 200
        assert is_of(client, editions, 0)


def _move(path: Path, target: Path) -> None:
    """Move a database, with the files that belong to it."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(target.with_name(target.name + suffix))


@ENTRIES
def test_a_file_that_goes_and_comes_back(url: str, editions: Editions, entries: int) -> None:
    path = path_of(url)
    aside = path.with_name("aside.db")
    with serving(url, cache_entries=entries) as client:
        for _ in range(2):
            # The second time there are connections in the pool, and answers in the cache.
            _move(path, aside)
            assert_unavailable(client, editions, "unable to open database file")
            assert not path.exists()
            _move(aside, path)
            assert client.get("/readyz").status_code == 200
            assert is_of(client, editions, 0)


@ENTRIES
def test_a_file_that_another_takes_the_place_of(url: str, editions: Editions, entries: int) -> None:
    path = path_of(url)
    other, aside = path.with_name("other.db"), path.with_name("aside.db")
    shutil.copyfile(path, other)
    assert loaded(editions.folders[1], f"sqlite:///{other}") == 0
    with serving(url, cache_entries=entries) as client:
        eventually(lambda: is_known(client))
        assert is_of(client, editions, 0)
        _move(path, aside)
        _move(other, path)
        assert is_of(client, editions, 1)


@ENTRIES
def test_a_file_that_is_no_database(url: str, editions: Editions, entries: int) -> None:
    path = path_of(url)
    whole, aside = path.read_bytes(), path.with_name("aside.db")
    aside.write_bytes(whole)
    for damaged in (b"\xff" * 100 + whole[100:], b"no database at all" * 1000):
        path.write_bytes(damaged)
        with serving(url, cache_entries=entries) as client:
            assert_unavailable(client, editions, "file is not a database")
            shutil.copyfile(aside, path.with_name("copy.db"))
            path.with_name("copy.db").replace(path)
            assert client.get("/readyz").status_code == 200
            assert is_of(client, editions, 0)


def _damage(path: Path, table: str) -> None:
    """Spoil the page that a table begins on."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", [table]
        ).fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)


def test_a_damaged_page_spoils_only_what_needs_it(
    url: str, editions: Editions, caplog: pytest.LogCaptureFixture
) -> None:
    _damage(path_of(url), "ix_company_name_key_id")
    with serving(url) as client:
        # The archive has begun when it comes to the page: see below.
        for path in set(editions.paths) - {"/v1/export"}:
            assert is_unavailable(client, path) or ask(client, path) == editions.answers[0][path]
        assert is_unavailable(client, "/v1/companies")
        assert not is_unavailable(client, "/v1/places")
    assert "disk image is malformed" in caplog.text


@pytest.mark.parametrize("target", EXPORTS)
def test_an_export_of_a_damaged_file_breaks_off(
    own_url: str, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setattr(listing, "CHUNK", 2)
    path = path_of(own_url)
    pieces: list[bytes] = []

    async def damage(piece: bytes) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            path.write_bytes(b"\xff" * path.stat().st_size)

    with serving(own_url) as client:
        with pytest.raises(RuntimeError, match="response already started"):
            exchange(app_of(client), target, damage)
        assert len(pieces) >= 3
        assert in_use(app_of(client)) == 0
