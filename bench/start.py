"""Start: how long until the first answer, beside merely importing what the server is made of."""

import subprocess
import sys
import time
from pathlib import Path

from bench.databases import url_of
from bench.load import Spread
from bench.report import Row
from bench.servers import Cores, pinned, pobratim


def measure(database: Path, cores: Cores, *, rounds: int) -> list[Row]:
    """Return the row of a cold start, up to the first answer that needs the database."""
    command = pinned(cores.servers, [sys.executable, "-c", "import fastapi, sqlmodel"])
    starts, imports = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run(command, check=True)  # noqa: S603 (our own command)
        imports.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with pobratim("start", url_of(database), cores.servers, cached=True):
            starts.append(time.perf_counter() - begun)
    return [
        Row(
            group="start",
            what="cold start",
            name="",
            unit="s",
            measured=Spread.of(starts),
            against=Spread.of(imports),
            than="import fastapi, sqlmodel",
        )
    ]
