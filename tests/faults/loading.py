"""Loads in a subprocess that pause within their transaction, and the contents of a database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.db.engine import make_engine
from tests.helpers import ROOT

Contents = dict[str, list[tuple[Any, ...]]]
_TABLES = {
    # The virtual tables of SQLite's search indexes can't be dumped, their shadow tables can.
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


@contextmanager
def paused_load(
    moment: str, documents: Path, url: str, *options: str
) -> Iterator["subprocess.Popen[str]"]:
    """Start a load and wait until it pauses at ``moment``; yield its process, then kill it."""
    process = start_load(moment, documents, url, *options)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "paused\n"
        yield process
    finally:
        # The whole group, because the load starts worker processes.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def start_load(moment: str, documents: Path, url: str, *options: str) -> "subprocess.Popen[str]":
    """Start a load that pauses at a moment of its transaction."""
    command = ["-m", "tests.faults.pausing", moment, "--documents", str(documents), *options]
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


def contents(url: str) -> Contents:
    """Return all rows of all tables, including the shadow tables of SQLite's search indexes."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{name}"'))), key=repr)  # noqa: S608
            for name in connection.execute(text(_TABLES[engine.dialect.name])).scalars()
        }
    engine.dispose()
    return found


def passes_integrity_check(url: str) -> bool:
    """Return whether the integrity checks of SQLite pass; PostgreSQL has none."""
    if not url.startswith("sqlite"):
        return True
    engine = make_engine(url)
    with engine.connect() as connection:
        report = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        for index in ("entity_search", "fact_search"):
            connection.execute(text(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')"))  # noqa: S608
    engine.dispose()
    return report == ["ok"] and not broken
