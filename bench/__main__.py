"""The command ``python -m bench``: measure everything in one run, print the table and write it."""

import argparse
import os
import platform
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench import databases, report, scaling, speed, start
from bench.load import WRK
from bench.servers import ROOT, BenchError, Cores, cores, program
from bench.workload import draw

PARTS = ("speed", "sqlite", "postgresql", "start")
PACKAGES = ("fastapi", "sqlmodel", "sqlalchemy", "uvicorn", "datasette", "roapi")
DOCS = ROOT / "docs"


def _about(asked: argparse.Namespace) -> dict[str, Any]:
    names = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    about = {
        "measured": datetime.now(UTC).date().isoformat(),
        "processor": names[0].partition(":")[2].strip() if names else platform.machine(),
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "facts": " and ".join(f"{size:,}" for size in asked.sizes),
    }
    for name in PACKAGES:
        try:
            about[name] = version(name)
        except PackageNotFoundError:
            continue
    return about


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure"
    )
    parser.add_argument(
        "--sizes", nargs=2, type=int, default=[1_000, 1_000_000], help="facts: few, and many"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of load on every server")
    parser.add_argument("--seconds", type=int, default=2, help="seconds of load in each of them")
    parser.add_argument("--times", type=int, default=scaling.TIMES, help="requests to a question")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="see whether everything runs; the numbers are worth little",
    )
    parser.add_argument("--output", type=Path, default=DOCS, help="the folder to write into")
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.sizes, asked.rounds, asked.seconds, asked.times = [1_000, 20_000], 2, 1, 30
    return asked


def measure(asked: argparse.Namespace, where: Cores) -> list[report.Row]:
    """Return all rows, in the order of the table."""
    files = [databases.sqlite(size) for size in asked.sizes]
    rows: list[report.Row] = []
    if "speed" in asked.only:
        print("Speed", file=sys.stderr)
        rows += speed.measure(asked.sizes[0], where, rounds=asked.rounds, seconds=asked.seconds)
    kinds = [kind for kind in ("sqlite", "postgresql") if kind in asked.only]
    questions = draw(files) if kinds else []
    for kind in kinds:
        print(f"Growth, {kind}", file=sys.stderr)
        with ExitStack() as stack:
            if kind == "sqlite":
                urls = [databases.url_of(path) for path in files]
            else:
                server = stack.enter_context(databases.postgres_server(where.servers))
                urls = [databases.postgres(size, server) for size in asked.sizes]
            rows += scaling.measure(
                kind, urls, files, questions, where, times=asked.times, rounds=asked.rounds
            )
    if "start" in asked.only:
        print("Start", file=sys.stderr)
        rows += start.measure(files[0], where, rounds=asked.rounds)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after saying what keeps it from running."""
    asked = _arguments(arguments)
    # Whoever ends this ends the servers, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        program("wrk", WRK)
        rows = measure(asked, cores())
    except BenchError as error:
        print(f"Nothing was measured. {error}", file=sys.stderr)
        return 1
    about = _about(asked)
    print(report.text(rows))
    asked.output.mkdir(parents=True, exist_ok=True)
    report.write_json(rows, about, asked.output / "benchmark.json")
    report.write_picture(rows, asked.output / "benchmark.svg")
    page = asked.output / "benchmarks.md"
    if page.exists():
        report.write_markdown(rows, about, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
