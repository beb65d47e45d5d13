"""A SQLite file that is locked, missing, replaced or damaged: 503, then automatic recovery."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.app.formats.exchange import in_use
from tests.app.formats.exchange import send_request as exchange
from tests.databases import path_of
from tests.faults.editions import EXPORTS, Editions, app_of, fetch, has_revision, run_load, serving
from tests.helpers import eventually, unprivileged

pytestmark = pytest.mark.sqlite


ENTRIES = pytest.mark.parametrize("entries", [0, 4096])


def serves_edition(client: TestClient, editions: Editions, edition: int) -> bool:
    """Return whether every response is that of an edition."""
    expected = editions.responses[edition]
    return all(fetch(client, path) == expected[path] for path in editions.paths)


def is_unavailable(client: TestClient, path: str) -> bool:
    """Return whether a path answers with 503, and check that problem's headers and type."""
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
    """Check that no path is served, that readiness gives the reason, and that the process lives."""
    for path in editions.paths:
        assert is_unavailable(client, path), path
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.headers["content-type"] == "application/problem+json"
    assert reason in ready.json()["detail"]
    assert client.get("/healthz").status_code == 200


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock in exclusive locking mode, which in WAL mode also excludes readers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


@ENTRIES
def test_recovery_from_a_locked_file(url: str, editions: Editions, entries: int) -> None:
    with serving(f"{url}?timeout=0", cache_entries=entries) as client:
        with locked(path_of(url)):
            assert_unavailable(client, editions, "database is locked")
        assert client.get("/readyz").status_code == 200
        assert serves_edition(client, editions, 0)


def _move(path: Path, target: Path) -> None:
    """Move a database file with its WAL and shared-memory files."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(target.with_name(target.name + suffix))


@ENTRIES
def test_recovery_from_a_missing_file(url: str, editions: Editions, entries: int) -> None:
    path = path_of(url)
    moved = path.with_name("moved.db")
    with serving(url, cache_entries=entries) as client:
        for _ in range(2):
            # In the second round there are pooled connections and cached responses.
            _move(path, moved)
            assert_unavailable(client, editions, "unable to open database file")
            assert not path.exists()
            _move(moved, path)
            assert client.get("/readyz").status_code == 200
            assert serves_edition(client, editions, 0)


@ENTRIES
def test_a_replacement_file_is_served(url: str, editions: Editions, entries: int) -> None:
    path = path_of(url)
    other, moved = path.with_name("other.db"), path.with_name("moved.db")
    shutil.copyfile(path, other)
    assert run_load(editions.folders[1], f"sqlite:///{other}") == 0
    with serving(url, cache_entries=entries) as client:
        eventually(lambda: has_revision(client))
        assert serves_edition(client, editions, 0)
        _move(path, moved)
        _move(other, path)
        assert serves_edition(client, editions, 1)


@ENTRIES
def test_recovery_from_a_file_that_is_not_a_database(
    url: str, editions: Editions, entries: int
) -> None:
    path = path_of(url)
    whole, backup = path.read_bytes(), path.with_name("backup.db")
    backup.write_bytes(whole)
    for damaged in (b"\xff" * 100 + whole[100:], b"no database at all" * 1000):
        path.write_bytes(damaged)
        with serving(url, cache_entries=entries) as client:
            assert_unavailable(client, editions, "file is not a database")
            shutil.copyfile(backup, path.with_name("copy.db"))
            path.with_name("copy.db").replace(path)
            assert client.get("/readyz").status_code == 200
            assert serves_edition(client, editions, 0)


@pytest.mark.parametrize(("mode", "status"), [("wal", 503), ("delete", 200)])
def test_a_read_only_medium_needs_a_file_that_is_not_in_wal_mode(
    url: str, shared_folder: Path, caplog: pytest.LogCaptureFixture, mode: str, status: int
) -> None:
    path = shared_folder / "pobratim.db"
    shutil.copyfile(path_of(url), path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"PRAGMA journal_mode = {mode}").fetchone() == (mode,)
    path.chmod(0o444)
    shared_folder.chmod(0o555)
    with unprivileged(), serving(f"sqlite:///{path}") as client:
        assert client.get("/v1/companies").status_code == status
    assert (f"{path} is in WAL mode" in caplog.text) == (status == 503)


def _damage(path: Path, table: str) -> None:
    """Overwrite the root page of a table or index."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", [table]
        ).fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)


def test_a_damaged_page_fails_only_requests_that_read_it(
    url: str, editions: Editions, caplog: pytest.LogCaptureFixture
) -> None:
    _damage(path_of(url), "ix_company_name_key_id")
    with serving(url) as client:
        # The archive reaches the page after its response has started: see the next test.
        for path in set(editions.paths) - {"/v1/export"}:
            assert (
                is_unavailable(client, path) or fetch(client, path) == editions.responses[0][path]
            )
        assert is_unavailable(client, "/v1/companies")
        assert not is_unavailable(client, "/v1/places")
    assert "disk image is malformed" in caplog.text


@pytest.mark.parametrize("target", EXPORTS)
def test_an_export_of_a_damaged_file_is_aborted(own_url: str, target: str) -> None:
    path = path_of(own_url)
    pieces: list[bytes] = []

    async def damage(piece: bytes) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            path.write_bytes(b"\xff" * path.stat().st_size)

    with serving(own_url, export_rows=2) as client:
        with pytest.raises(RuntimeError, match="response already started"):
            exchange(app_of(client), target, damage)
        assert len(pieces) >= 3
        assert in_use(app_of(client)) == 0
