"""The frame of a command: an operator's mistake is one line on standard error, no traceback.

It imports nothing that takes time, so that commands can import everything else inside it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What a shell reports for a process that SIGINT has ended.
_INTERRUPTED = 130


class OperatorError(Exception):
    """A mistake in a setting or around the process, for an operator to mend; a text of one line."""


@contextmanager
def operator_errors() -> Iterator[None]:
    """End the process with one line for an operator's mistake, and with 130 after Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except OperatorError as error:
        sys.exit(str(error))
    except MemoryError:
        sys.exit("There isn't enough memory.")
    except OSError as error:
        sys.exit(" ".join(str(error).split()))
