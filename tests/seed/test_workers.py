"""Workers: ordered results, lazily consumed tasks, and no process left behind."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from seed.workers import Workers
from tests.helpers import ROOT, eventually

# Prints its folder and the process ids of its workers, then waits.
WAITING = """
import sys
from seed.workers import Workers

if __name__ == "__main__":
    with Workers() as workers:
        pids = workers.map(eval, ["__import__('os').getpid()"] * 50)
        print(workers.folder, *set(pids), flush=True)
        sys.stdin.read()
"""

# Prints its folder when a worker has begun a task that takes ten minutes.
BUSY = """
import sys
import time
from functools import partial
from app.command import operator_errors
from seed.workers import Workers

if __name__ == "__main__":
    with operator_errors(), Workers() as workers:
        workers.start(partial(time.sleep, 600))
        print(workers.folder, flush=True)
        sys.stdin.read()
"""


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_end_and_remove_their_folder_when_the_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        folder, *pids = process.stdout.readline().split()
        workers = list(map(int, pids))
        assert workers
        assert Path(folder).is_dir()
        assert all(map(is_running, workers))
        process.kill()
    eventually(lambda: not any(map(is_running, workers)))
    assert not Path(folder).exists()


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
        folder = process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        try:
            # Its workers have the same output, which closes when the last of them has ended.
            assert process.communicate(timeout=30) == ("", "")
        finally:
            process.kill()
    assert process.returncode == 130
    assert not Path(folder).exists()


def test_tasks_are_consumed_lazily_and_results_are_ordered() -> None:
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


def test_a_submitted_task_starts_before_its_result_is_awaited(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    with Workers() as workers:
        result = workers.start(partial(Path.mkdir, folder))
        eventually(folder.exists)
        assert result() is None


def test_a_submitted_task_returns_its_result() -> None:
    for alone in (False, True):
        with Workers(alone=alone) as workers:
            results = [workers.start(partial(abs, number)) for number in (-3, 2, -1)]
            assert [each() for each in results] == [3, 2, 1]


def test_an_abandoned_folder_is_removed_and_one_in_use_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = [tmp_path / name for name in ("pobratim-other", "pobratim-load-file")]
    others[0].mkdir()
    others[1].touch()
    with Workers(alone=True) as first:
        abandoned = tmp_path / "pobratim-load-abandoned"
        (abandoned / "lines").mkdir(parents=True)
        (abandoned / "lines" / "1").touch()
        with Workers(alone=True):
            assert first.folder.exists()
            assert not abandoned.exists()
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_folder_that_another_load_took_for_abandoned_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    real = fcntl.flock
    stolen: list[Path] = []

    def steal(descriptor: int, flags: int) -> None:
        """Remove the first folder before it is locked."""
        if not stolen:
            stolen.extend(tmp_path.iterdir())
            shutil.rmtree(stolen[0])
        real(descriptor, flags)

    monkeypatch.setattr(fcntl, "flock", steal)
    with Workers(alone=True) as workers:
        assert workers.folder.exists()
        assert stolen != [workers.folder]


def test_the_folder_is_removed_with_the_workers() -> None:
    with Workers(alone=True) as workers:
        folder = workers.folder
        (folder / "file").write_text("")
    assert not folder.exists()
