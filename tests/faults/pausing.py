"""The command of the seed, which says "paused" at one moment and waits for a line to go on.

``python -m tests.faults.pausing MOMENT …``: a statement's number, or "commit".
"""

import sys
from itertools import count

from sqlalchemy import Engine, event

from seed.__main__ import main


def pause(*_: object) -> None:
    """Say so, and wait; the end of the input goes on too, so nothing waits for a test that died."""
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
            """Count one statement."""
            if next(numbers) == int(moment):
                pause()

    sys.exit(main(arguments))
