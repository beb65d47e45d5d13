"""Workers: processes that extract and project while the one that loads writes."""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from typing import Any, TypeVar

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

_PREFETCH = 3
"""Tasks under way or waiting to be taken, for each worker: memory stays flat."""


def relax_gc() -> None:
    """Let this process look for cycles rarely: what a load makes is much, and has none."""
    gc.set_threshold(200_000, 20, 100)


def _begin() -> None:
    """Set a worker up."""
    relax_gc()
    # A worker would wait for tasks for ever if the process that gives them was killed.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


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
    """As many processes as there are processors; with ``inline``, none but this one."""

    def __init__(self, *, inline: bool = False) -> None:
        self._count = os.cpu_count() or 1
        # A fork would copy whatever threads and locks the caller has.
        self._pool = (
            None
            if inline
            else ProcessPoolExecutor(
                self._count, mp_context=get_context("spawn"), initializer=_begin
            )
        )

    def map(self, do: Callable[[TaskT], ResultT], tasks: Iterable[TaskT]) -> Iterator[ResultT]:
        """Yield the result of each task, in their order; tasks are taken as they are needed."""
        if self._pool is None:
            yield from map(do, tasks)
            return
        waiting: deque[Future[ResultT]] = deque()
        for task in tasks:
            waiting.append(_submit(self._pool, do, task))
            if len(waiting) >= _PREFETCH * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, error: type[BaseException] | None, *_details: object) -> None:
        if self._pool is not None:
            if error is not None:
                for process in active_children():
                    process.terminate()
            self._pool.shutdown(cancel_futures=True)
