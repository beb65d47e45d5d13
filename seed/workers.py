"""Workers: processes that read and derive while this one writes."""

import gc
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

# How many tasks are under way or wait to be taken, for each worker: memory stays flat.
_AHEAD = 3


def collect_rarely() -> None:
    """Let this process look for cycles rarely: what a load makes is much, and has none."""
    gc.set_threshold(200_000, 20, 100)


def _begin(folder: Path) -> None:
    """Set a worker up."""
    collect_rarely()
    # Who waits for a task would wait for ever if the one that gives it was killed.
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: Path) -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


class Workers:
    """As many processes as there are processors; with ``alone``, none but this one.

    ``folder`` is for the files by which they pass on what is too much to send.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self._count = os.cpu_count() or 1
        self._files = TemporaryDirectory(prefix="pobratim-load-", ignore_cleanup_errors=True)
        self.folder = Path(self._files.name)
        # A fork would copy whatever threads and locks the caller has.
        self._pool = (
            None
            if alone
            else ProcessPoolExecutor(
                self._count,
                mp_context=get_context("spawn"),
                initializer=_begin,
                initargs=(self.folder,),
            )
        )

    def map(self, do: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]) -> Iterator[ResultT]:
        """Yield what comes of each task, in their order, and take tasks only as they are needed."""
        if self._pool is None:
            yield from map(do, tasks)
            return
        waiting: deque[Future[ResultT]] = deque()
        for task in tasks:
            waiting.append(self._pool.submit(do, task))
            if len(waiting) >= _AHEAD * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def start(self, do: Callable[[], ResultT]) -> Callable[[], ResultT]:
        """Begin with something; return what waits for what comes of it."""
        return do if self._pool is None else self._pool.submit(do).result

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._files.cleanup()
