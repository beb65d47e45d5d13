"""Dates: missing parts stay unknown, and no day is invented."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.extract.edtf import PartialDate, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("XXXX-10-14", PartialDate(None, 10, 14, 1014, 1014)),
        ("XXXX-02-29", PartialDate(None, 2, 29, 229, 229)),
        ("XXXX-02", PartialDate(None, 2, None, 201, 229)),
        ("XXXX-10-14/..", PartialDate(None, 10, 14, 1014, 1014)),
        ("2013/..", PartialDate(2013, None, None, 20130101, 20131231)),
        ("2013", PartialDate(2013, None, None, 20130101, 20131231)),
        ("2013-02", PartialDate(2013, 2, None, 20130201, 20130228)),
        ("2024-02-29", PartialDate(2024, 2, 29, 20240229, 20240229)),
    ],
)
def test_a_valid_date_has_its_known_parts_and_bounds(text: str, expected: PartialDate) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "XXXX", "XXXX-02-30", "2023-02-29",
     "2013-13", "2013-00", "2013-10-00", "0000", "13",
     "2013-1-1", "XXXX/..", "../2013", "2013/",
     "2013-10-14/2013-10-15", "201X", "14 октября", "２０１３", "2013-10-14\n"],
)  # fmt: skip
def test_an_invalid_date_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        parse(text)


@given(st.dates())
def test_a_full_date_has_equal_bounds(day: date) -> None:
    known = parse(day.isoformat())
    assert (known.year, known.month, known.day) == (day.year, day.month, day.day)
    assert known.first == known.last == day.year * 10_000 + day.month * 100 + day.day


@given(st.text(max_size=12))
def test_any_text_parses_or_raises_value_error(text: str) -> None:
    try:
        known = parse(text)
    except ValueError:
        return
    assert known.first <= known.last
