"""Text: it compares and sorts as a Russian reader expects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import KEY_LENGTH, fold, key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Сибирь", "СИБИРЬ"),
        ("Семёнов", "семенов"),
        ("«Сибирь»", '"сибирь"'),
        ("Эко–Стандарт", "эко-стандарт"),
        ("Эко-\u00a0Стандарт", "эко-  стандарт"),
        ("Йод", "И\u0306од"),
        ("е\u0308лка", "елка"),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert fold("Йод") != fold("Иод")
    assert fold("Москва") != fold("Омск")


def test_the_order_is_that_of_the_alphabet() -> None:
    words = ["Яна", "Ёлка", "Ель", "Енот", "Жук", "Ъ", "Ы", "Ь", "Бы", "Бъ"]
    assert sorted(words, key=key) == [
        "Бъ",
        "Бы",
        "Ёлка",
        "Ель",
        "Енот",
        "Жук",
        "Ъ",
        "Ы",
        "Ь",
        "Яна",
    ]


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_key_is_short(text: str) -> None:
    assert len(key(text)) <= KEY_LENGTH


def test_nothing_has_an_empty_key() -> None:
    assert key(None) == key("") == ""
