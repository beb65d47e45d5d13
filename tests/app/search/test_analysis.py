"""Text analysis: words, lemmas, tokens and exact keys."""

import subprocess
import sys

import pytest
from hypothesis import given

from app.search.analysis import (
    exact_key,
    in_dictionary,
    lemmas,
    name_tokens,
    split_words,
    tokens,
)
from tests.app.search import TEXT
from tests.helpers import ROOT


@given(TEXT)
def test_words_are_ranges_of_the_text_in_order(text: str) -> None:
    start = end = 0
    for word in split_words(text):
        assert start <= word.start < word.end <= len(text)
        # Either behind the previous word or a part of it.
        assert word.start >= end or word.end <= end
        assert word.text
        assert word.text.isalnum()
        assert word.text == word.text.casefold()
        start, end = word.start, max(word.end, end)


@given(TEXT)
def test_indexed_tokens_have_only_letters_and_digits(text: str) -> None:
    for word in split_words(text):
        for token in name_tokens(word.text) | tokens(word.text):
            assert token
            assert all(letter.isalnum() for letter in token)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("омска", "омск"), ("соглашения", "соглашение"), ("савиным", "савин"), ("живет", "жить")],
)
def test_an_inflected_form_has_its_lemma(form: str, lemma: str) -> None:
    assert lemma in lemmas(form)


def test_latin_lookalikes_in_a_cyrillic_word_are_replaced() -> None:
    assert [word.text for word in split_words("Oмcк МИP")] == ["омск", "мир"]
    assert [word.text for word in split_words("smart")] == ["smart"]


def test_invisible_characters_are_ignored() -> None:
    (word,) = split_words("Па\u00adвло\u200bдар")
    assert (word.start, word.end, word.text) == (0, 10, "павлодар")
    assert next(split_words("и\u0306од")).text == "йод"


def test_a_hyphenated_word_is_followed_by_its_parts() -> None:
    found = [(word.start, word.end, word.text) for word in split_words("ООО «КСК-Сервис»")]
    assert found == [(0, 3, "ооо"), (5, 15, "ксксервис"), (5, 8, "кск"), (9, 15, "сервис")]


@pytest.mark.parametrize("word", ["москва", "томск", "tomsk", "moskva", "школа", "омск"])
def test_the_dictionary_has_words_in_both_scripts(word: str) -> None:
    assert in_dictionary(word)


@pytest.mark.parametrize("word", ["омкс", "павлодор", "сибрь", "pavlodr"])
def test_the_dictionary_has_no_misspelt_words(word: str) -> None:
    assert not in_dictionary(word)


def test_all_spellings_of_a_name_share_an_exact_key() -> None:
    keys = {exact_key(name) for name in ("ООО «Эко-Стандарт»", "эко стандарт", "ЭКОСТАНДАРТ")}
    assert keys == {"экостандарт"}
    assert exact_key("ООО") == "ооо"


_CONCURRENT = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from pymorphy3 import MorphAnalyzer
from app.search.analysis import lemmas

loaded = []
load = MorphAnalyzer.__init__
MorphAnalyzer.__init__ = lambda self: (loaded.append(self), load(self))[1]
barrier = Barrier(8)

def work(number):
    barrier.wait()
    return lemmas("слово" + "о" * number)

with ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
print(len(loaded))
"""


def test_threads_that_start_together_load_one_dictionary() -> None:
    completed = subprocess.run(
        [sys.executable, "-c", _CONCURRENT], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert completed.stdout == "1\n"
