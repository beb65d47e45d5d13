"""The frame of a command: one line and an exit status for whatever ends it."""

import errno
import os
import subprocess
import sys

import pytest

from app.command import OperatorError, operator_errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperatorError("PORT is wrong"), "PORT is wrong"),
        (MemoryError(), "There isn't enough memory."),
        (PermissionError(errno.EACCES, "No", "/a\nb"), r"[Errno 13] No: '/a\nb'"),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_operators_mistake_ends_the_command(error: BaseException, code: object) -> None:
    with pytest.raises(SystemExit) as raised, operator_errors():
        raise error
    assert raised.value.code == code


@pytest.mark.parametrize("output", ["'x'", "'x' * 1_000_000"])
def test_a_command_whose_output_nobody_reads_ends_in_silence(output: str) -> None:
    script = f"from app.command import operator_errors\nwith operator_errors(): print({output})"
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", script], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (141, b"")


def test_an_unforeseen_error_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), operator_errors():
        raise ZeroDivisionError
