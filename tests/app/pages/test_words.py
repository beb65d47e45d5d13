"""Words of the pages: numbers with nouns, dates, and the names of parameters and values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import registry
from app.pages import words
from app.schemas.pages import TOTAL_CAP


def test_a_total_above_the_cap_is_said_to_be_more() -> None:
    assert words.total(TOTAL_CAP, "row") == "10\u00a0000\u00a0строк"
    assert words.total(TOTAL_CAP + 1, "row") == "больше 10\u00a0000\u00a0строк"


@given(st.integers(1, 9999), st.none() | st.integers(1, 12), st.none() | st.integers(1, 28))
def test_a_date_for_machines_is_valid_wherever_there_is_one(
    year: int, month: int | None, day: int | None
) -> None:
    found = words.machine_date({"year": year, "month": month, "day": day})
    if found:
        assert len(found) in {4, 7, 10}
        assert int(found[:4]) == year
    assert bool(found) == (month is not None or day is None)


@pytest.mark.parametrize(
    "resource", registry.LISTS, ids=[each.listing.path for each in registry.LISTS]
)
def test_every_filter_and_sort_has_a_russian_name(resource: registry.ListResource) -> None:
    arranging = {"limit", "cursor", "sort", "order", "fields", "facet", "format", "include"}
    for name in resource.query.model_fields.keys() - arranging:
        assert words.parameter(name) != name
        assert words.parameter(name)[0] in "абвгдеёжзийклмнопрстуфхцчшщэюя"
    assert resource.listing.sorts.keys() <= words.SORTS.keys()
    assert resource.listing.path in words.LIST_NAMES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("XXXX-10-14/..", "с 14 октября"),
        ("XXXX-10-14", "14 октября"),
        ("2013", "2013"),
        ("2013/..", "с 2013 года"),
        ("2013-10", "октябрь 2013"),
        ("2013-10/..", "с октября 2013"),
    ],
)
def test_a_date_in_edtf_is_told_in_words(text: str, shown: str) -> None:
    assert words.edtf(text) == shown
    assert words.value("date", "event", text) == shown
