"""Loads in a child process that the kernel kills near a statement."""

import importlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import RLock

from sqlalchemy import Engine, event
from tqdm import tqdm

from seed.load.pipeline import load

# Its children have imported everything already: one takes 10 ms to start, and not a second.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["__main__", __name__])
# An engine imports it when it is made.
importlib.import_module("sqlalchemy.dialects.postgresql.psycopg")
# A lock of one process: its own default is shared between processes, and a child that is killed
# while it has that lock would let the next one wait for ever.
tqdm.set_lock(RLock())
_LONGEST = 60
"""Seconds after which a child hangs; a load of these documents takes less than one."""


def count_statements(documents: Path, url: str, *, everything: bool) -> int:
    """Load documents; return the number of statements, of which the last is the commit."""
    numbers = count()
    with _listening(lambda *_: next(numbers)):
        load(documents, url, everything=everything)
    return next(numbers)


def killed_load(
    documents: Path, url: str, *, everything: bool, statement: int, delay: float
) -> bool:
    """Kill a load ``delay`` seconds after a statement begins; return whether it still ran."""
    child = _CONTEXT.Process(target=_load, args=(documents, url, everything, statement, delay))
    child.start()
    child.join(_LONGEST)
    if child.is_alive():
        child.kill()
        child.join()
    assert child.exitcode in {0, -signal.SIGALRM}
    return child.exitcode != 0


def _load(documents: Path, url: str, everything: bool, statement: int, delay: float) -> None:
    numbers = count(1)

    def look(*_: object) -> None:
        if next(numbers) == statement:
            # Nothing handles the signal, so the kernel ends the process wherever it is.
            signal.setitimer(signal.ITIMER_REAL, delay)

    with _listening(look):
        load(documents, url, everything=everything)


@contextmanager
def _listening(listener: Callable[..., object]) -> Iterator[None]:
    """Call a function before each statement of any engine."""
    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name in names:
            event.remove(Engine, name, listener)
