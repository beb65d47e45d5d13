"""Workers: ordered results, lazily consumed tasks, and no process left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

from seed.load.workers import Workers
from tests.helpers import ROOT, eventually

# Prints the process ids of its workers, then waits.
WAITING = """
import sys
from seed.load.workers import Workers

if __name__ == "__main__":
    with Workers() as workers:
        pids = workers.map(eval, ["__import__('os').getpid()"] * 50)
        print(*set(pids), flush=True)
        sys.stdin.read()
"""

# Prints a line when a worker has begun a task that takes ten minutes.
BUSY = """
import time
from app.command import operator_errors
from seed.load.workers import Workers

if __name__ == "__main__":
    with operator_errors(), Workers() as workers:
        results = workers.map(time.sleep, [0, 600])
        print("busy", flush=True)
        list(results)
"""


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_end_when_the_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        workers = list(map(int, process.stdout.readline().split()))
        assert workers
        assert all(map(is_running, workers))
        process.kill()
    eventually(lambda: not any(map(is_running, workers)))


def test_an_interrupted_parent_ends_its_busy_workers() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"
        process.send_signal(signal.SIGINT)
        try:
            # Its workers have the same output, which closes when the last of them has ended.
            assert process.communicate(timeout=30) == ("", "")
        finally:
            process.kill()
    assert process.returncode == 130


def test_tasks_are_consumed_lazily_and_results_are_ordered() -> None:
    for inline in (False, True):
        taken = 0

        def tasks() -> Iterator[int]:
            nonlocal taken
            for number in range(1000):
                taken = number + 1
                yield -number

        with Workers(inline=inline) as workers:
            results = workers.map(abs, tasks())
            assert [next(results) for _ in range(10)] == list(range(10))
            assert taken < 100
