"""Errors: short, in their order, and up to a limit."""

import pickle
from pathlib import Path

import pytest

from seed.errors import MAX_ERRORS, ErrorCollector, SeedError, SeedErrors


def test_an_error_is_short_however_long_the_texts_are() -> None:
    long = "ab\n" * 1_000_000
    error = str(SeedError(f"«{long}» is not a date", Path("facts.yaml"), long, long, line=3))
    place, quote = error.split(" (quote: ")
    assert place.startswith("facts.yaml: line 3: ab ab ")
    assert place.endswith(" ab » is not a date")
    assert quote.startswith("ab ab ")
    assert "\n" not in error
    assert len(error) < 2000


def wrong(number: int) -> SeedError:
    return SeedError("is wrong", Path("facts.yaml"), f"place/{number}", line=number)


def test_errors_are_collected_in_their_order_up_to_a_limit() -> None:
    first, second = ErrorCollector(), ErrorCollector()
    first.raise_any()
    with second.catch():
        raise SeedErrors([wrong(number) for number in range(2, MAX_ERRORS + 2)], more=3)
    with first.catch():
        raise wrong(1)
    with first.catch():
        second.raise_any()
    with pytest.raises(SeedErrors) as error:
        first.raise_any()
    lines = str(error.value).splitlines()
    assert lines[0] == "facts.yaml: line 1: place/1: is wrong"
    assert lines[MAX_ERRORS - 1] == "facts.yaml: line 100: place/100: is wrong"
    assert lines[MAX_ERRORS:] == ["And at least 4 more."]
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)  # noqa: S301
