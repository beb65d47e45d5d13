"""What tests share: a database, migrated and seeded once from the real article, and a client."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.main import create_app
from app.settings import Settings, get_settings
from seed.__main__ import DOCUMENTS
from seed.dataset import Dataset
from seed.files import read_documents
from seed.load import load
from tests.kit import ROOT, StatementCounter

Json = dict[str, Any]


def migrate(url: str, monkeypatch: pytest.MonkeyPatch, revision: str = "head") -> None:
    """Bring the database of ``url`` to a revision, as ``alembic upgrade`` does."""
    monkeypatch.setenv("DATABASE_URL", url)
    get_settings.cache_clear()
    command.upgrade(Config(toml_file=ROOT / "pyproject.toml"), revision)
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """Return the dataset of the documents that the repository ships."""
    return Dataset(read_documents(DOCUMENTS))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated database file without data, to copy."""
    path = tmp_path_factory.mktemp("empty") / "pobratim.db"
    with pytest.MonkeyPatch.context() as monkeypatch:
        migrate(f"sqlite:///{path}", monkeypatch)
    return path


@pytest.fixture
def fresh_url(empty_database: Path, tmp_path: Path) -> str:
    """Return the URL of a migrated database of the test's own."""
    path = tmp_path / "pobratim.db"
    path.write_bytes(empty_database.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def seeded_url(
    empty_database: Path, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Return the URL of the one seeded database; tests only read it."""
    path = tmp_path_factory.mktemp("seeded") / "pobratim.db"
    path.write_bytes(empty_database.read_bytes())
    url = f"sqlite:///{path}"
    assert load(dataset.rows(), url)
    return url


@pytest.fixture(scope="session")
def application(seeded_url: str) -> FastAPI:
    """Return the application over the seeded database."""
    return create_app(Settings(database_url=seeded_url))


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    """Yield a client of the running application."""
    with TestClient(application, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def get(client: TestClient) -> Callable[..., Json]:
    """Return a function that gets the JSON of a path that must exist."""

    def get_json(path: str, **parameters: object) -> Json:
        response = client.get(path, params=dict(parameters) or None)  # type: ignore[arg-type]
        assert response.status_code == 200, response.text
        body: Json = response.json()
        return body

    return get_json


@pytest.fixture
def statements(application: FastAPI, client: TestClient) -> Iterator[StatementCounter]:
    """Yield a counter of the SQL statements that the application runs."""
    counter = StatementCounter()
    engine = application.state.database.engine
    event.listen(engine, "before_cursor_execute", counter)
    yield counter
    event.remove(engine, "before_cursor_execute", counter)
