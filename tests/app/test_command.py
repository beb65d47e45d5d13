"""The frame of a command: one line and an exit status for whatever ends it."""

import errno

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


def test_an_unforeseen_error_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), operator_errors():
        raise ZeroDivisionError
