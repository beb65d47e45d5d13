"""Watching: a load at once, and another whenever a document is saved."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import watchfiles

from seed.errors import SeedError
from seed.extract.files import is_ignored

_DEBOUNCE = 300
"""The most milliseconds for which changes are gathered: editors save in several steps."""
_START = 100
"""The milliseconds after which the watcher reports for the first time, changes or not."""


def watch(root: Path, load: Callable[[], object], stop: Event | None = None) -> None:
    """Load at once, then whenever something under ``root`` changes, until ``stop`` is set.

    Raises SeedError where ``root`` is no folder, or isn't any more.
    """
    _check(root)
    watched = root.resolve()
    is_loaded = False
    # The first load comes after the watcher has started, which sees what is saved meanwhile.
    for changes in watchfiles.watch(
        watched,
        watch_filter=lambda _, path: not _is_ignored(Path(path).relative_to(watched)),
        debounce=_DEBOUNCE,
        rust_timeout=_START,
        yield_on_timeout=True,
        stop_event=stop,
    ):
        if changes or not is_loaded:
            _check(root)
            load()
            is_loaded = True


def _check(root: Path) -> None:
    if not root.is_dir():
        raise SeedError("is not a folder", root)


def _is_ignored(path: Path) -> bool:
    return any(map(is_ignored, path.parts))
