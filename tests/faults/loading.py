"""A load in a process of its own that is stopped in the middle, and what a database has then."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.database import make_engine
from tests.helpers import ROOT

Contents = dict[str, list[tuple[Any, ...]]]
_TABLES = {
    # A search index of SQLite can't be read, the tables that it is kept in can.
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


@contextmanager
def paused_load(moment: str, documents: Path, url: str) -> Iterator["subprocess.Popen[str]"]:
    """Begin a load that waits at a moment of its transaction; yield its process, then kill it."""
    process = begun_load(moment, documents, url)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "paused\n"
        yield process
    finally:
        # With whatever processes it has started itself.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def begun_load(moment: str, documents: Path, url: str) -> "subprocess.Popen[str]":
    """Begin a load that will wait at a moment of its transaction."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.pausing", moment, "--documents", str(documents)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


def contents(url: str) -> Contents:
    """Return all rows of all tables, those in which SQLite keeps its search indexes included."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{name}"'))), key=repr)  # noqa: S608
            for name in connection.execute(text(_TABLES[engine.dialect.name])).scalars()
        }
    engine.dispose()
    return found


def is_sound(url: str) -> bool:
    """Tell whether the database finds nothing wrong with itself; SQLite can be asked."""
    if not url.startswith("sqlite"):
        return True
    engine = make_engine(url)
    with engine.connect() as connection:
        said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        for index in ("entity_search", "fact_search"):
            connection.execute(text(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')"))  # noqa: S608
    engine.dispose()
    return said == ["ok"] and not broken
