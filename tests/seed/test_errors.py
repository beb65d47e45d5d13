"""Errors: short, in their order, and up to a limit."""

import pickle
from pathlib import Path

import pytest

from seed.errors import MAX_ERRORS, ErrorCollector, Location, SeedError, SeedErrors, Subject


def test_an_error_is_short_however_long_the_texts_are() -> None:
    long = "ab\n" * 1_000_000
    subject, location = Subject(long), Location(3, 5)
    error = str(SeedError(f"«{long}» is not a date", Path("facts.yaml"), subject, long, location))
    place, quote = error.split(" (quote: ")
    assert place.startswith("facts.yaml:3:5: ab ab ")
    assert place.endswith(" ab » is not a date")
    assert quote.startswith("ab ab ")
    assert "\n" not in error
    assert len(error) < 2000


def wrong(number: int) -> SeedError:
    subject, location = Subject("place/omsk", number, "type"), Location(number, 7, number, 9)
    return SeedError("is wrong", Path("facts.yaml"), subject, "Омск", location, "Томск")


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
    assert lines[0] == ("facts.yaml:1:7: place/omsk, fact 1 (type): is wrong (quote: Омск)")
    assert lines[MAX_ERRORS - 1] == (
        "facts.yaml:100:7: place/omsk, fact 100 (type): is wrong (quote: Омск)"
    )
    assert lines[MAX_ERRORS:] == ["And at least 4 more."]
    assert pickle.loads(pickle.dumps(error.value)).data() == error.value.data()  # noqa: S301


def test_an_error_is_also_plain_data() -> None:
    assert SeedErrors([wrong(3), SeedError("is empty", Path("text.txt"))], more=2).data() == {
        "errors": [
            {
                "file": "facts.yaml",
                "line": 3,
                "column": 7,
                "end_line": 3,
                "end_column": 9,
                "record": "place/omsk",
                "fact": 3,
                "predicate": "type",
                "message": "is wrong",
                "quote": "Омск",
                "suggestion": "Томск",
            },
            {
                "file": "text.txt",
                **dict.fromkeys(["line", "column", "end_line", "end_column"]),
                **dict.fromkeys(["record", "fact", "predicate"]),
                "message": "is empty",
                **dict.fromkeys(["quote", "suggestion"]),
            },
        ],
        "more": 2,
    }
