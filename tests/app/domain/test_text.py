"""Text: folding and sort keys follow Russian usage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text import KEY_LENGTH, fold, key


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
def test_spelling_variants_fold_to_the_same_text(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_fold_differently() -> None:
    assert fold("Йод") != fold("Иод")
    assert fold("Москва") != fold("Омск")


def test_keys_sort_in_alphabetical_order() -> None:
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
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_the_length_of_a_key_is_limited(text: str) -> None:
    assert len(key(text)) <= KEY_LENGTH


def test_none_and_an_empty_text_have_an_empty_key() -> None:
    assert key(None) == key("") == ""
