"""The seed's command with a pause: it prints "paused" and continues after a line of input.

``python -m tests.faults.pausing MOMENT …``: the number of a statement, or "commit".
"""

import sys
from itertools import count

from sqlalchemy import Engine, event

from app.command import operator_errors
from seed.__main__ import main


def pause(*_: object) -> None:
    """Print and wait; the end of input also continues, so that no load outlives a failed test."""
    print("paused", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    moment, *arguments = sys.argv[1:]
    numbers = count(1)
    if moment == "commit":
        event.listen(Engine, "commit", pause)
    else:

        @event.listens_for(Engine, "before_cursor_execute")
        def look(*_: object) -> None:
            """Count a statement and pause before the chosen one."""
            if next(numbers) == int(moment):
                pause()

    with operator_errors():
        sys.exit(main(arguments))
