"""Romanization: Latin keys of names, and Cyrillic spellings of romanised words."""

import pytest

from app.search.analysis import split_words
from app.search.romanization import cyrillic, latin_key


@pytest.mark.parametrize(
    ("name", "romanised"),
    [
        ("Двораковский", "Dvorakovsky Dvorakovskiy Dvorakovskii Dvorakovskij"),
        ("Вячеслав", "Vyacheslav Viacheslav Vjacheslav Vjačeslav Wjatscheslaw"),
        ("Айтхожина", "Aytkhozhina Aitkhozhina Aithozhina Ajtkhozhina"),
        ("Фрумгарц", "Frumgarts Frumgartz"),
        ("Технотент", "Tekhnotent Tehnotent"),
        ("Микроникс", "Mikroniks Mikronix Micronics"),
        ("Эко-Стандарт", "Eko-Standart Ekostandart Eco-Standart"),
        ("Россия", "Rossiya Rossija Rossia Rossiia"),
        ("Товарищеский", "Tovarishcheskiy Tovarishchesky Tovariščeskij"),
        ("Доброешка", "Dobroeshka Dobroyeshka"),
        ("Сибирь", "Sibir Sibir' Sibirʹ"),
        ("Казахстан", "Kazakhstan Kazahstan"),
        ("соглашение", "soglashenie soglasheniye"),
    ],
)
def test_all_romanisations_of_a_name_share_a_key(name: str, romanised: str) -> None:
    (word, *_) = split_words(name)
    for spelling in romanised.split():
        (other, *_) = split_words(spelling)
        assert latin_key(other.text) == latin_key(word.text), spelling


@pytest.mark.parametrize(
    ("romanised", "spelling"),
    [("pavlodara", "павлодара"), ("omska", "омска"), ("dvorakovsky", "двораковский")],
)
def test_a_romanised_word_has_a_cyrillic_spelling(romanised: str, spelling: str) -> None:
    assert cyrillic(romanised) == spelling


@pytest.mark.parametrize(
    ("word", "key"), [("anna", "ana"), ("миссия", "misia"), ("zzzz", "zzzz"), ("ooo", "ooo")]
)
def test_a_pair_of_letters_is_one_and_more_are_not(word: str, key: str) -> None:
    assert latin_key(word) == key
