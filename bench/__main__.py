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

from bench import databases, loading, report, scaling, speed, start
from bench.load import INSTALL_WRK
from bench.servers import ROOT, BenchError, Cores, available_cores, find_program
from bench.workload import sample_cases

PARTS = ("speed", "sqlite", "postgresql", "start", "load")
PACKAGES = ("fastapi", "sqlmodel", "sqlalchemy", "uvicorn", "datasette", "roapi")
DOCS = ROOT / "docs"


def _metadata(args: argparse.Namespace) -> dict[str, Any]:
    """Return the metadata of the run: date, machine, sizes and versions of packages."""
    model_names = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    metadata = {
        "measured": datetime.now(UTC).date().isoformat(),
        "processor": (
            model_names[0].partition(":")[2].strip() if model_names else platform.machine()
        ),
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "facts": " and ".join(f"{size:,}" for size in args.sizes),
    }
    for package in PACKAGES:
        try:
            metadata[package] = version(package)
        except PackageNotFoundError:
            continue
    return metadata


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure"
    )
    parser.add_argument(
        "--sizes", nargs=2, type=int, default=[1_000, 1_000_000], help="facts: few, and many"
    )
    parser.add_argument(
        "--load-sizes",
        nargs="+",
        type=int,
        default=list(loading.SIZES),
        help="numbers of facts with which loads are measured, in ascending order",
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of load on every server")
    parser.add_argument("--seconds", type=int, default=2, help="seconds of load in each of them")
    parser.add_argument(
        "--times", type=int, default=scaling.REQUESTS_PER_CASE, help="requests to a question"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="see whether everything runs; the numbers are worth little",
    )
    parser.add_argument("--output", type=Path, default=DOCS, help="the folder to write into")
    args = parser.parse_args(arguments)
    if args.quick:
        args.sizes, args.rounds, args.seconds, args.times = [1_000, 20_000], 2, 1, 30
        args.load_sizes = [1_000, 10_000]
    return args


def measure(args: argparse.Namespace, cores: Cores) -> list[report.Row]:
    """Return the rows of all selected parts, in the order of the table."""
    rows: list[report.Row] = []
    if set(args.only) != {"load"}:
        find_program("wrk", INSTALL_WRK)
        rows += _measure_servers(args, cores)
    if "load" in args.only:
        for system in ("sqlite", "postgresql"):
            print(f"Load, {system}", file=sys.stderr)
            rows += loading.measure(system, args.load_sizes, cores, rounds=args.rounds)
    return rows


def _measure_servers(args: argparse.Namespace, cores: Cores) -> list[report.Row]:
    files = [databases.sqlite_file(size) for size in args.sizes]
    rows: list[report.Row] = []
    if "speed" in args.only:
        print("Speed", file=sys.stderr)
        rows += speed.measure(args.sizes[0], cores, rounds=args.rounds, seconds=args.seconds)
    systems = [system for system in ("sqlite", "postgresql") if system in args.only]
    cases = sample_cases(files) if systems else []
    for system in systems:
        print(f"Growth, {system}", file=sys.stderr)
        with ExitStack() as stack:
            if system == "sqlite":
                urls = [databases.sqlite_url(path) for path in files]
            else:
                server = stack.enter_context(databases.postgres_server(cores.servers))
                urls = [databases.postgres_url(size, server) for size in args.sizes]
            run = scaling.ScalingRun(system, urls, cores, requests=args.times, rounds=args.rounds)
            rows += scaling.measure(run, files, cases)
    if "start" in args.only:
        print("Start", file=sys.stderr)
        rows += start.measure(files[0], cores, rounds=args.rounds)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after printing why nothing could be measured."""
    args = _parse_arguments(arguments)
    # SIGTERM would skip the context managers that stop the servers; SystemExit runs them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        rows = measure(args, available_cores())
    except BenchError as error:
        print(f"Nothing was measured. {error}", file=sys.stderr)
        return 1
    metadata = _metadata(args)
    print(report.text(rows))
    args.output.mkdir(parents=True, exist_ok=True)
    report.write_json(rows, metadata, args.output / "benchmark.json")
    report.write_chart(rows, args.output / "benchmark.svg")
    page = args.output / "benchmarks.md"
    if page.exists():
        report.write_markdown(rows, metadata, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
