"""Commands: the time, processor time and memory that one takes with its worker processes."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from bench.servers import ROOT, BenchError

_SAMPLE = 0.05
"""Seconds between samples of the memory."""


@dataclass(frozen=True)
class Cost:
    """Seconds of a command and of its processors, and the most memory of all processes in MB."""

    seconds: float
    cpu: float
    memory: float


def run_measured(module: Sequence[str], url: str) -> Cost:
    """Run a module as a command on a database; raise BenchError if it fails."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            stdout=output,
            stderr=output,
        )
        with _sampled_memory(process.pid) as peak:
            # Its usage includes that of the processes for which it has waited.
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            command = " ".join(module)
            raise BenchError(f"`python -m {command}` failed:\n{output.read().decode()}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak())


@contextmanager
def _sampled_memory(pid: int) -> Iterator[Callable[[], float]]:
    """Sample the memory of a process and its children; yield a function that returns the most."""
    samples = [0.0]
    done = Event()

    def sample() -> None:
        while not done.wait(_SAMPLE):
            samples.append(memory_of(pid))

    thread = Thread(target=sample)
    thread.start()
    try:
        yield lambda: max(samples)
    finally:
        done.set()
        thread.join()


def memory_of(pid: int) -> float:
    """Return the memory of a process and its children in MB; shared pages count once."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return sum(map(_proportional_size, [str(pid), *children]))


def _proportional_size(pid: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        # It has just ended.
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
