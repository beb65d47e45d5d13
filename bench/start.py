"""Start-up: the time to the first response, against the import time of the libraries."""

import subprocess
import sys
import time
from pathlib import Path

from bench.databases import sqlite_url
from bench.load import Spread
from bench.report import Row
from bench.servers import Cores, pinned, run_pobratim


def measure(database: Path, cores: Cores, *, rounds: int) -> list[Row]:
    """Return the row of a cold start, up to the first response that needs the database."""
    command = pinned(cores.servers, [sys.executable, "-c", "import fastapi, sqlmodel"])
    start_times, import_times = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run(command, check=True)  # noqa: S603 (our own command)
        import_times.append(time.perf_counter() - started)
        started = time.perf_counter()
        with run_pobratim("start", sqlite_url(database), cores.servers, cached=True):
            start_times.append(time.perf_counter() - started)
    return [
        Row(
            group="start",
            what="cold start",
            name="",
            unit="s",
            measured=Spread.of(start_times),
            against=Spread.of(import_times),
            than="import fastapi, sqlmodel",
        )
    ]
