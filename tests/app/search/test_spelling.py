"""Spelling: deletion variants, and the corrections of questions without a match."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.spelling import deletion_variants

Json = dict[str, Any]
Get = Callable[..., Json]


@given(st.text("абвг", min_size=4, max_size=8), st.data())
def test_words_one_slip_apart_share_a_deletion_variant(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    slips = {
        word[:at] + word[at + 1 :],
        word[:at] + "щ" + word[at:],
        word[:at] + "щ" + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }
    for slip in slips:
        assert len(slip) < 4 or deletion_variants(word) & deletion_variants(slip)


def test_short_words_have_no_deletion_variants() -> None:
    assert deletion_variants("мир") == set()


@pytest.mark.parametrize(
    ("question", "meant", "first"),
    [
        ("Павлодор", "Павлодар", "pavlodar"),
        ("Омкс", "Омск", "omsk"),
        ("Pavlodr", "Павлодар", "pavlodar"),
        ("мэр Дваровский", None, None),
        ("аким Бокауов", "аким Бакауов", "bulat-bakauov"),
        ("Доброежка", "Доброешка", "turbina"),
    ],
)
def test_one_slip_is_corrected_and_reported(
    get: Get, question: str, meant: str | None, first: str | None
) -> None:
    page = get("/v1/search", q=question)
    assert page["did_you_mean"] == meant
    assert ([hit["id"] for hit in page["items"]] or [None])[0] == first


def test_the_next_page_of_a_correction_has_the_corrected_question(get: Get) -> None:
    page = get("/v1/search", q="Павлодор", limit=2)
    following = get(page["next"])
    assert following["did_you_mean"] is None
    assert following["total"] == page["total"]
    assert following["items"] == get("/v1/search", q="Павлодар", limit=4)["items"][2:]


@pytest.mark.parametrize("question", ["Москва", "Томск", "Tomsk", "Moskva", "Орск", "Минск"])
def test_a_word_of_the_dictionary_is_not_corrected(get: Get, question: str) -> None:
    page = get("/v1/search", q=question)
    assert (page["items"], page["total"], page["did_you_mean"]) == ([], 0, None)
