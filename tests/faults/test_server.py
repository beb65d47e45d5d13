"""PostgreSQL is stopped, restarted, silent or replicated: 503, then automatic recovery."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import event, make_url, text

from app.db.engine import make_engine
from app.main import create_app
from app.settings import Settings, Tuning
from tests.app.formats.exchange import in_use
from tests.app.formats.exchange import send_request as exchange
from tests.databases import Postgres, migrate, postgres
from tests.faults.editions import (
    EXPORTS,
    ConcurrentReaders,
    Editions,
    Response,
    app_of,
    fetch,
    fetch_all,
    has_revision,
    run_load,
    serving,
)
from tests.faults.loading import contents, paused_load
from tests.helpers import eventually
from tests.live_server import serving as live_server
from tests.live_server import serving_in_thread

pytestmark = pytest.mark.postgresql

ENTRIES = pytest.mark.parametrize("entries", [0, 4096])


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Yield a private server with a migrated database, since the tests stop it."""
    with postgres() as server:
        migrate(server.url)
        yield server


@pytest.fixture
def url(server: Postgres, editions: Editions) -> str:
    """Return the URL of a database that has the first edition."""
    assert run_load(editions.folders[0], server.url) == 0
    return server.url


def classify(expected: dict[str, Response], path: str, response: Response) -> str:
    """Return "right" or "unavailable"; fail on any other response."""
    if response[0] == 503:
        assert b'"/problems/unavailable"' in response[2]
        return "unavailable"
    assert response == expected[path], path
    return "right"


@ENTRIES
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_stop_under_requests_is_recovered(
    server: Postgres, url: str, editions: Editions, mode: str, entries: int
) -> None:
    expected = editions.responses[0]
    # Responses that have started can only be aborted: see the tests of exports below.
    paths = [path for path in editions.paths if "format=" not in path and path != "/v1/export"]
    with serving(url, cache_entries=entries) as client:
        readers = ConcurrentReaders(client, paths)
        with readers.running(lambda path, response: classify(expected, path, response)):
            readers.wait_for("right")
            server.stop(mode)
            try:
                readers.wait_for("unavailable")
                unready = client.get("/readyz")
                problem = client.get("/v1/companies?limit=3")
                assert client.get("/healthz").status_code == 200
            finally:
                server.start()
            # The pool has discarded the old connections, so the next request succeeds.
            assert fetch(client, paths[0]) == expected[paths[0]]
            readers.wait_for("right")
        assert client.get("/readyz").status_code == 200
        for response in (unready, problem):
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
        assert "can't be reached" in unready.json()["detail"]
        assert server.socket not in unready.text
        assert int(problem.headers["retry-after"]) > 0


def test_closed_connections_are_discarded_from_the_pool(
    server: Postgres, url: str, editions: Editions
) -> None:
    path = "/v1/companies/firma-03"
    with serving(url, cache_entries=0) as client:
        pool = app_of(client).state.database.engine.pool
        connections = [pool.connect() for _ in range(5)]
        for connection in connections:
            connection.close()
        assert pool.checkedin() >= 5
        server.stop()
        server.start()
        for _ in range(5):
            assert fetch(client, path) == editions.responses[0][path]


def _terminate_other_connections(url: str) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    engine.dispose()


@pytest.mark.parametrize("target", EXPORTS)
def test_an_export_is_aborted_when_its_connection_ends(url: str, target: str) -> None:
    pieces: list[bytes] = []

    async def end(piece: bytes) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            _terminate_other_connections(url)

    with serving(url, export_rows=2) as client:
        app = app_of(client)
        with pytest.raises(RuntimeError, match="response already started"):
            exchange(app, target, end)
        assert len(pieces) >= 3
        assert in_use(app) == 0
        assert exchange(app, target).is_whole


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_client_detects_an_aborted_export(server: Postgres, url: str, coding: str) -> None:
    app = create_app(Settings(database_url=url, access_log=False), Tuning(export_rows=2))
    statements = 0

    def stop(*_: Any) -> None:
        nonlocal statements
        statements += 1
        if statements == 6:
            server.stop("immediate")

    with (
        serving_in_thread(app) as address,
        httpx.Client(base_url=f"http://{address}", timeout=30) as client,
    ):
        whole = client.get("/v1/facts?format=csv").content
        engine = app.state.database.engine
        event.listen(engine, "before_cursor_execute", stop)
        try:
            with client.stream(
                "GET", "/v1/facts?format=csv", headers={"Accept-Encoding": coding}
            ) as response:
                assert response.status_code == 200
                with pytest.raises(httpx.RemoteProtocolError):
                    response.read()
        finally:
            event.remove(engine, "before_cursor_execute", stop)
            server.start()
        assert client.get("/v1/facts?format=csv").content == whole


@pytest.mark.parametrize("moment", ["change.update_stored_counts", "commit"])
def test_a_load_fails_when_its_server_stops(
    server: Postgres, url: str, editions: Editions, moment: str
) -> None:
    before = contents(url)
    with paused_load(moment, editions.folders[1], url) as process:
        server.stop("immediate")
        try:
            _, errors = process.communicate("\n", timeout=60)
        finally:
            server.start()
    assert process.returncode == 1
    assert errors.startswith("Nothing was loaded. the database can't take the load: ")
    assert errors.count("\n") == 1, errors
    assert contents(url) == before
    assert fetch_all(url, editions.paths) == editions.responses[0]


def test_read_permission_suffices_to_serve(url: str, editions: Editions) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    reading = make_url(url).set(username="reader").render_as_string(hide_password=False)
    with serving(reading) as client:
        eventually(lambda: has_revision(client))
        for path in editions.paths:
            assert fetch(client, path) == editions.responses[0][path]
        assert client.get("/readyz").status_code == 200
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY reader"))
        connection.execute(text("DROP ROLE reader"))
    engine.dispose()


def test_a_silent_server_is_unavailable(editions: Editions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        with serving(url, statement_timeout=1) as client:
            began = time.monotonic()
            assert client.get("/v1/companies").status_code == 503
            assert client.get("/readyz").status_code == 503
        assert time.monotonic() - began < 20


@pytest.mark.parametrize("new_connections", [True, False])
def test_a_suspended_server_is_unavailable_until_it_resumes(
    server: Postgres, url: str, editions: Editions, new_connections: bool
) -> None:
    path = "/v1/companies/firma-03"
    with serving(url, cache_entries=0, statement_timeout=1) as client:
        assert fetch(client, path) == editions.responses[0][path]
        pool = app_of(client).state.database.engine.pool
        with server.suspended(new_connections=new_connections):
            began = time.monotonic()
            assert client.get(path).status_code == 503
            # Without a deadline of the client's own it would never end; a second is slack.
            assert time.monotonic() - began < 3
            if not new_connections:
                assert client.get("/readyz").status_code == 503
        assert pool.checkedout() == 0
        eventually(lambda: fetch(client, path) == editions.responses[0][path])
        eventually(lambda: has_revision(client))


def test_a_server_process_ends_although_its_database_is_suspended(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATEMENT_TIMEOUT", "2")
    with ExitStack() as later, ThreadPoolExecutor() as pool, live_server(url) as address:
        path = f"http://{address}/v1/companies/firma-03"
        assert httpx.get(path).status_code == 200
        later.enter_context(server.suspended(new_connections=False))
        pending = pool.submit(httpx.get, f"http://{address}/v1/places", timeout=30)
        assert httpx.get(path, headers={"Accept-Encoding": "identity"}).status_code == 503
        assert pending.result().status_code == 503
        # A request may be under way at the signal; `live_server` fails unless the process ends.
        pool.submit(httpx.get, f"http://{address}/v1/people", timeout=30)


def test_reads_prefer_a_replica_and_fall_back_to_the_primary(
    server: Postgres, url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "/v1/companies/firma-03"
    before, after = (responses[path] for responses in editions.responses)
    with server.replica() as replica:
        hosts = {"host": ["/no/such/folder", server.socket, replica.socket]}
        preferring = make_url(url).update_query_dict(
            {**hosts, "target_session_attrs": "prefer-standby", "load_balance_hosts": "random"}
        )
        with serving(preferring.render_as_string(hide_password=False)) as client:
            database = app_of(client).state.database
            with database.read() as connection:
                assert connection.execute(text("SELECT pg_is_in_recovery()")).scalar()
            assert fetch(client, path) == before
            eventually(lambda: has_revision(client))
            # A load into a replica fails with a clear error.
            assert run_load(editions.folders[1], replica.url) == 1
            assert "read-only transaction" in capsys.readouterr().err
            # A load into the primary is replicated and clears the cache.
            assert fetch(client, path) == before
            assert run_load(editions.folders[1], url) == 0
            eventually(lambda: fetch(client, path) == after)
            # Without the replica, connections go to the next host.
            replica.stop()
            eventually(lambda: fetch(client, path) == after)
            with database.read() as connection:
                assert not connection.execute(text("SELECT pg_is_in_recovery()")).scalar()
            assert client.get("/readyz").status_code == 200
