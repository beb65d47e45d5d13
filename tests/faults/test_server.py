"""PostgreSQL stops and starts, or is silent; replicas: 503 meanwhile, recovery by itself."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import event, make_url, text

from app import listing
from app.database import make_engine
from app.main import create_app
from app.settings import Settings
from tests.app.formats.exchange import ask as exchange
from tests.app.formats.exchange import in_use
from tests.databases import Postgres, migrate, postgres
from tests.faults.editions import (
    EXPORTS,
    Answer,
    Crowd,
    Editions,
    answers,
    app_of,
    ask,
    is_known,
    loaded,
    serving,
)
from tests.faults.loading import contents, paused_load
from tests.helpers import eventually

pytestmark = pytest.mark.postgresql

ENTRIES = pytest.mark.parametrize("entries", [0, 4096])


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Yield a server of these tests' own, with a migrated database."""
    with postgres() as server:
        migrate(server.url)
        yield server


@pytest.fixture
def url(server: Postgres, editions: Editions) -> str:
    """Return the URL of a database that has the first edition."""
    assert loaded(editions.folders[0], server.url) == 0
    return server.url


def judge(expected: dict[str, Answer], path: str, answer: Answer) -> str:
    """Return "right" or "unavailable"; fail at any other answer."""
    if answer[0] == 503:
        assert b'"/problems/unavailable"' in answer[2]
        return "unavailable"
    assert answer == expected[path], path
    return "right"


@ENTRIES
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_stop_under_load(
    server: Postgres, url: str, editions: Editions, mode: str, entries: int
) -> None:
    expected = editions.answers[0]
    # What has begun to be sent can only break off: see below.
    paths = [path for path in editions.paths if "format=" not in path and path != "/v1/export"]
    with serving(url, cache_entries=entries) as client:
        crowd = Crowd(client, paths)
        with crowd.asking(lambda path, answer: judge(expected, path, answer)):
            crowd.eventually("right")
            server.stop(mode)
            try:
                crowd.eventually("unavailable")
                unready = client.get("/readyz")
                problem = client.get("/v1/companies?limit=3")
                assert client.get("/healthz").status_code == 200
            finally:
                server.start()
            # No connection from before is tried again: what is asked from now on is answered.
            assert ask(client, paths[0]) == expected[paths[0]]
            crowd.eventually("right")
        assert client.get("/readyz").status_code == 200
        for response in (unready, problem):
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
        assert "can't be reached" in unready.json()["detail"]
        assert server.socket not in unready.text
        assert int(problem.headers["retry-after"]) > 0


def test_nobody_gets_a_connection_that_has_ended(
    server: Postgres, url: str, editions: Editions
) -> None:
    path = "/v1/companies/firma-03"
    with serving(url, cache_entries=0) as client:
        pool = app_of(client).state.database.engine.pool
        held = [pool.connect() for _ in range(5)]
        for connection in held:
            connection.close()
        assert pool.checkedin() >= 5
        server.stop()
        server.start()
        for _ in range(5):
            assert ask(client, path) == editions.answers[0][path]


def _end_all_others(url: str) -> None:
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
def test_an_export_breaks_off(url: str, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setattr(listing, "CHUNK", 2)
    pieces: list[bytes] = []

    async def end(piece: bytes) -> None:
        pieces.append(piece)
        if len(pieces) == 3:
            _end_all_others(url)

    with serving(url) as client:
        app = app_of(client)
        with pytest.raises(RuntimeError, match="response already started"):
            exchange(app, target, end)
        assert len(pieces) >= 3
        assert in_use(app) == 0
        assert exchange(app, target).is_whole


@contextmanager
def _on_the_network(app: FastAPI) -> Iterator[str]:
    """Serve an application of this process through the network; yield its address."""
    config = uvicorn.Config(app, port=0, ws="none", log_config=None)
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run)
    thread.start()
    try:
        eventually(lambda: served.started)
        host, port = served.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        served.should_exit = True
        thread.join()


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_client_sees_that_an_export_broke_off(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    monkeypatch.setattr(listing, "CHUNK", 2)
    app = create_app(Settings(database_url=url, access_log=False))
    statements = 0

    def stop(*_: Any) -> None:
        nonlocal statements
        statements += 1
        if statements == 6:
            server.stop("immediate")

    with _on_the_network(app) as address, httpx.Client(base_url=address, timeout=30) as client:
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


@pytest.mark.parametrize("moment", ["12", "commit"])
def test_a_load_whose_server_stops(
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
    assert answers(url, editions.paths) == editions.answers[0]


def test_a_user_who_may_only_read_is_enough(url: str, editions: Editions) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    reading = make_url(url).set(username="reader").render_as_string(hide_password=False)
    with serving(reading) as client:
        eventually(lambda: is_known(client))
        for path in editions.paths:
            assert ask(client, path) == editions.answers[0][path]
        assert client.get("/readyz").status_code == 200
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY reader"))
        connection.execute(text("DROP ROLE reader"))
    engine.dispose()


def test_a_server_that_says_nothing(editions: Editions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        with serving(url, statement_timeout=1) as client:
            began = time.monotonic()
            assert client.get("/v1/companies").status_code == 503
            assert client.get("/readyz").status_code == 503
        assert time.monotonic() - began < 20


def test_replicas(
    server: Postgres, url: str, editions: Editions, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "/v1/companies/firma-03"
    before, after = (answer[path] for answer in editions.answers)
    with server.replica() as replica:
        hosts = {"host": ["/no/such/folder", server.socket, replica.socket]}
        preferring = make_url(url).update_query_dict(
            {**hosts, "target_session_attrs": "prefer-standby", "load_balance_hosts": "random"}
        )
        with serving(preferring.render_as_string(hide_password=False)) as client:
            database = app_of(client).state.database
            with database.read() as connection:
                assert connection.execute(text("SELECT pg_is_in_recovery()")).scalar()
            assert ask(client, path) == before
            eventually(lambda: is_known(client))
            # A replica can't be loaded, and says so.
            assert loaded(editions.folders[1], replica.url) == 1
            assert "read-only transaction" in capsys.readouterr().err
            # What the server it follows has loaded arrives, and the kept answers go.
            assert ask(client, path) == before
            assert loaded(editions.folders[1], url) == 0
            eventually(lambda: ask(client, path) == after)
            # Without it, the next one of the hosts is asked.
            replica.stop()
            eventually(lambda: ask(client, path) == after)
            with database.read() as connection:
                assert not connection.execute(text("SELECT pg_is_in_recovery()")).scalar()
            assert client.get("/readyz").status_code == 200
