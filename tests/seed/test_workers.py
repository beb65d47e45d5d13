"""Workers: in order, no more tasks than are needed, and none left behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from seed.workers import Workers
from tests.helpers import ROOT, eventually

# It tells its folder and the numbers of its workers, and waits.
WAITING = """
import sys
from seed.workers import Workers

if __name__ == "__main__":
    with Workers() as workers:
        numbers = workers.map(eval, ["__import__('os').getpid()"] * 50)
        print(workers.folder, *set(numbers), flush=True)
        sys.stdin.read()
"""


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_end_and_leave_no_file_when_the_one_they_work_for_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        folder, *numbers = process.stdout.readline().split()
        workers = list(map(int, numbers))
        assert workers
        assert Path(folder).is_dir()
        assert all(map(is_running, workers))
        process.kill()
    eventually(lambda: not any(map(is_running, workers)))
    assert not Path(folder).exists()


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


def test_what_is_started_begins_before_anybody_waits_for_it(tmp_path: Path) -> None:
    made = tmp_path / "made"
    with Workers() as workers:
        made_it = workers.start(partial(Path.mkdir, made))
        eventually(made.exists)
        assert made_it() is None


def test_what_is_started_gives_its_result() -> None:
    for alone in (False, True):
        with Workers(alone=alone) as workers:
            begun = [workers.start(partial(abs, number)) for number in (-3, 2, -1)]
            assert [each() for each in begun] == [3, 2, 1]


def test_the_folder_goes_with_the_workers() -> None:
    with Workers(alone=True) as workers:
        folder = workers.folder
        (folder / "file").write_text("")
    assert not folder.exists()
