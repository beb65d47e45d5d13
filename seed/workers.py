"""Workers: processes that read and derive while this one writes."""

import fcntl
import gc
import os
import shutil
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Any, TypeVar

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

# How many tasks are under way or wait to be taken, for each worker: memory stays flat.
_AHEAD = 3
_PREFIX = "pobratim-load-"


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


def _lock(folder: Path, flags: int = 0) -> int:
    """Lock a folder until the returned descriptor is closed, or its process has ended."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | flags)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_abandoned() -> None:
    """Remove the folders of killed loads, which nobody has locked."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        # Locked, or another user's.
        with suppress(OSError):
            descriptor = _lock(folder, fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


def _make_folder() -> tuple[Path, int]:
    """Return a new folder and the descriptor of its lock."""
    while True:
        folder = Path(mkdtemp(prefix=_PREFIX))
        # Until it is locked, another load may take it for abandoned.
        with suppress(FileNotFoundError):
            descriptor = _lock(folder)
            if folder.exists():
                return folder, descriptor
            os.close(descriptor)


def _submit(
    pool: ProcessPoolExecutor, do: Callable[..., ResultT], *arguments: Any
) -> Future[ResultT]:
    """Submit a task; a process that is started for it never receives SIGINT.

    Ctrl-C is for the process that loads, which ends the others.
    """
    # When multiprocessing starts its tracker, it unblocks the signal.
    resource_tracker.ensure_running()
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(do, *arguments)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


class Workers:
    """As many processes as there are processors; with ``alone``, none but this one.

    ``folder`` is for the files by which they pass on what is too much to send.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self._count = os.cpu_count() or 1
        _remove_abandoned()
        self.folder, self._descriptor = _make_folder()
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
            waiting.append(_submit(self._pool, do, task))
            if len(waiting) >= _AHEAD * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def start(self, do: Callable[[], ResultT]) -> Callable[[], ResultT]:
        """Begin with something; return what waits for what comes of it."""
        return do if self._pool is None else _submit(self._pool, do).result

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, error: type[BaseException] | None, *_details: object) -> None:
        try:
            if self._pool is not None:
                if error is not None:
                    for process in active_children():
                        process.terminate()
                self._pool.shutdown(cancel_futures=True)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self._descriptor)
