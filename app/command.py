"""The frame of a command: an operator's mistake is one line on standard error, no traceback.

It imports nothing that takes time, so that commands can import everything else inside it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What a shell reports for a process that SIGINT or SIGPIPE has ended.
_INTERRUPTED, _PIPE_CLOSED = 130, 141


class OperatorError(Exception):
    """A mistake in a setting or around the process, for an operator to mend; a text of one line."""


@contextmanager
def operator_errors() -> Iterator[None]:
    """End the process with one line for an operator's mistake.

    It ends without one after Ctrl-C, and where nobody reads its output any more.
    """
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except OperatorError as error:
        sys.exit(str(error))
    except MemoryError:
        sys.exit("There isn't enough memory.")
    except BrokenPipeError:
        # Python flushes once more when it ends, which would fail, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_PIPE_CLOSED)
    except OSError as error:
        sys.exit(" ".join(str(error).split()))
