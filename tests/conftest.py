"""Shared fixtures: a database, migrated and seeded once from the real article, and a client."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import settings
from sqlalchemy import event

from app.db.database import Database
from app.main import create_app
from app.settings import Settings
from tests.databases import (
    ENGINES,
    SERVER,
    Databases,
    PostgresDatabases,
    SqliteDatabases,
    postgres,
)
from tests.helpers import Client, StatementCounter

Json = dict[str, Any]

# The duration of an example depends on the machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that selects the database engine of a run."""
    parser.addoption("--database", choices=ENGINES, default="sqlite", help="the database engine")


def pytest_configure(config: pytest.Config) -> None:
    """Start a PostgreSQL server for the run and its workers, unless the environment names one."""
    needs_server = config.getoption("--database") == "postgresql" and SERVER not in os.environ
    if needs_server:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        os.environ[SERVER] = stack.enter_context(postgres()).url
        stack.callback(os.environ.pop, SERVER)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests without a database on a second engine; skip those of another engine."""
    engine = config.getoption("--database")
    if engine != ENGINES[0]:
        selected = [item for item in items if "databases" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in selected])
        items[:] = selected
    for item in items:
        for other in ENGINES:
            if other != engine and item.get_closest_marker(other):
                item.add_marker(pytest.mark.skip(reason=f"needs {other}"))


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Yield the database factory for the engine of the run."""
    factory: Databases
    if request.config.getoption("--database") == "sqlite":
        factory = SqliteDatabases(tmp_path_factory.mktemp("databases"))
    else:
        factory = PostgresDatabases()
    yield factory
    factory.close()


@pytest.fixture
def fresh_url(databases: Databases) -> Iterator[str]:
    """Yield the URL of an empty, migrated database that only this test uses."""
    with databases.migrated() as url:
        yield url


@pytest.fixture
def own_url(databases: Databases) -> Iterator[str]:
    """Yield the URL of a seeded database that only this test uses."""
    with databases.seeded() as url:
        yield url


@pytest.fixture(scope="session")
def seeded_url(databases: Databases) -> Iterator[str]:
    """Yield the URL of the shared seeded database, which is read-only by convention."""
    with databases.seeded() as url:
        yield url


@pytest.fixture(scope="session")
def application(seeded_url: str) -> FastAPI:
    """Return the application over the seeded database, with the response cache disabled."""
    return create_app(Settings(database_url=seeded_url, cache_entries=0))


@pytest.fixture(scope="session")
def database(seeded_url: str) -> Iterator[Database]:
    """Yield a read-only ``Database`` over the seeded database."""
    database = Database(seeded_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    """Yield a client of the running application."""
    with Client(application) as client:
        yield client


@pytest.fixture(scope="session")
def get(client: TestClient) -> Callable[..., Json]:
    """Return a function that requests a path, requires status 200 and returns the JSON."""

    def get_json(path: str, **parameters: object) -> Json:
        response = client.get(path, params=dict(parameters) or None)  # type: ignore[arg-type]
        assert response.status_code == 200, response.text
        body: Json = response.json()
        return body

    return get_json


@pytest.fixture
def statements(client: TestClient) -> Iterator[StatementCounter]:
    """Yield a counter of the SQL statements that the application executes."""
    counter = StatementCounter()
    engine = client.app.state.database.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", counter)
    yield counter
    event.remove(engine, "before_cursor_execute", counter)
