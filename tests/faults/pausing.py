"""The seed's command with a pause: it prints "paused" and continues after a line of input.

``python -m tests.faults.pausing MOMENT …``: "commit", or a module of ``seed.load`` and a function
that it calls, such as "fill.store_counts": the pause is before the call.
"""

import sys
from importlib import import_module
from typing import Any

from sqlalchemy import Engine, event

from app.command import operator_errors
from seed.__main__ import main


def pause(*_: object) -> None:
    """Print and wait; the end of input also continues, so that no load outlives a failed test."""
    print("paused", flush=True)
    sys.stdin.readline()


def pause_before(moment: str) -> None:
    """Pause before a module calls a function."""
    owner, _, name = moment.partition(".")
    module = import_module(f"seed.load.{owner}")
    function = getattr(module, name)

    def paused(*arguments: Any, **options: Any) -> Any:
        pause()
        return function(*arguments, **options)

    setattr(module, name, paused)


if __name__ == "__main__":
    moment, *arguments = sys.argv[1:]
    if moment == "commit":
        event.listen(Engine, "commit", pause)
    else:
        pause_before(moment)
    with operator_errors():
        sys.exit(main(arguments))
