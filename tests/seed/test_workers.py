"""Workers: in order, no more tasks than are needed, and none left behind."""

import os
import subprocess
import sys
from collections.abc import Iterator

from seed.workers import Workers
from tests.kit import ROOT, eventually

# It tells the numbers of its workers, and waits.
WAITING = """
import sys
from seed.workers import Workers

if __name__ == "__main__":
    with Workers() as workers:
        print(*set(workers.map(eval, ["__import__('os').getpid()"] * 50)), flush=True)
        sys.stdin.read()
"""


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_end_when_the_one_they_work_for_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        workers = [int(each) for each in process.stdout.readline().split()]
        assert workers
        assert all(map(is_running, workers))
        process.kill()
    eventually(lambda: not any(map(is_running, workers)))


def test_tasks_are_taken_as_they_are_needed_and_results_come_in_order() -> None:
    for alone in (False, True):
        taken = 0

        def tasks() -> Iterator[int]:
            nonlocal taken
            for number in range(1000):
                taken = number + 1
                yield -number

        with Workers(alone=alone) as workers:
            results = workers.map(abs, tasks())
            assert [next(results) for _ in range(10)] == list(range(10))
            assert taken < 100
