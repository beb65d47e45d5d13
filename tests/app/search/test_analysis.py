"""Tokens: words, lemmas, romanisations, and what a question asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tokens import (
    Term,
    cyrillic,
    exact_key,
    is_known,
    latin_key,
    lemmas,
    name_tokens,
    spellings,
    terms,
    tokens,
    words,
)

TEXT = st.text(max_size=60) | st.text("абвгЖё-« »АЗabcXz1 ,.\u00ad\u0301", max_size=60)


@given(TEXT)
def test_words_stand_in_the_text_in_order(text: str) -> None:
    start = end = 0
    for word in words(text):
        assert start <= word.start < word.end <= len(text)
        # After the one before, or a part of it.
        assert word.start >= end or word.end <= end
        assert word.text
        assert word.text.isalnum()
        assert word.text == word.text.casefold()
        start, end = word.start, max(word.end, end)


@given(TEXT)
def test_no_token_has_a_mark_that_an_index_would_split_at(text: str) -> None:
    for word in words(text):
        for token in name_tokens(word.text) | tokens(word.text):
            assert token
            assert all(letter.isalnum() for letter in token)
    for term in terms(text):
        for token in term.whole | term.begun:
            assert all(letter.isalnum() for letter in token)


def is_in(tokens: frozenset[str], term: Term) -> bool:
    """Tell whether a word with these tokens is asked for."""
    printed = f" {' '.join(tokens)} "
    return any(pattern in printed for pattern in term.patterns())


@given(TEXT)
def test_a_text_has_every_word_that_it_is_asked_for(text: str) -> None:
    found = [name_tokens(word.text) for word in words(text)]
    for term in terms(text):
        assert any(is_in(each, term) for each in found)


@given(TEXT)
def test_the_beginning_of_a_word_is_enough(text: str) -> None:
    for word in words(text):
        for length in range(1, len(word.text) + 1):
            (term,) = terms(word.text[:length]) or (None,)
            if word.text[:length] == word.text and term:
                assert is_in(name_tokens(word.text), term)


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
def test_all_romanisations_of_a_name_have_one_key(name: str, romanised: str) -> None:
    (word, *_) = words(name)
    for each in romanised.split():
        (other, *_) = words(each)
        assert latin_key(other.text) == latin_key(word.text), each


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("омска", "омск"), ("соглашения", "соглашение"), ("савиным", "савин"), ("живет", "жить")],
)
def test_forms_have_their_lemmas(form: str, lemma: str) -> None:
    assert lemma in lemmas(form)


def test_a_latin_letter_in_a_cyrillic_word_is_put_right() -> None:
    assert [word.text for word in words("Oмcк МИP")] == ["омск", "мир"]
    assert [word.text for word in words("smart")] == ["smart"]


def test_what_cant_be_seen_makes_no_difference() -> None:
    (word,) = words("Па\u00adвло\u200bдар")
    assert (word.start, word.end, word.text) == (0, 10, "павлодар")
    assert next(words("и\u0306од")).text == "йод"


def test_a_hyphenated_word_is_one_word_and_its_parts() -> None:
    found = [(word.start, word.end, word.text) for word in words("ООО «КСК-Сервис»")]
    assert found == [(0, 3, "ооо"), (5, 15, "ксксервис"), (5, 8, "кск"), (9, 15, "сервис")]


def test_legal_forms_and_function_words_dont_count_unless_alone() -> None:
    assert [term.word for term in terms("в ООО «Сибирь» и OOO zao")] == ["сибирь"]
    assert [term.word for term in terms("ООО")] == ["ооо"]
    assert [term.word for term in terms("и в")] == ["и", "в"]
    assert terms("«!» — …") == []


def test_the_last_word_may_be_only_begun_and_in_suggestions_every_one() -> None:
    assert [bool(term.begun) for term in terms("мэр омс")] == [False, True]
    assert [bool(term.begun) for term in terms("мэр омс", all_begun=True)] == [True, True]


@pytest.mark.parametrize("begun", ["v", "vi", "via", "viac", "viach", "viache", "viaches"])
def test_a_romanised_name_is_found_at_every_letter(begun: str) -> None:
    (term,) = terms(begun)
    assert is_in(name_tokens("вячеслав"), term)


def test_a_term_knows_its_place_in_the_question() -> None:
    question = "мэр  Омкс"
    assert [question[term.start : term.end] for term in terms(question)] == ["мэр", "Омкс"]


@pytest.mark.parametrize("word", ["москва", "томск", "tomsk", "moskva", "школа", "омск"])
def test_the_dictionary_knows_words_in_both_scripts(word: str) -> None:
    assert is_known(word)


@pytest.mark.parametrize("word", ["омкс", "павлодор", "сибрь", "pavlodr"])
def test_the_dictionary_knows_no_slips(word: str) -> None:
    assert not is_known(word)


@given(st.text("абвг", min_size=4, max_size=8), st.data())
def test_one_slip_leaves_a_spelling_in_common(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    slips = {
        word[:at] + word[at + 1 :],
        word[:at] + "щ" + word[at:],
        word[:at] + "щ" + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }
    for slip in slips:
        assert len(slip) < 4 or spellings(word) & spellings(slip)


def test_short_words_have_no_spellings() -> None:
    assert spellings("мир") == set()


def test_spellings_of_one_name_have_one_exact_key() -> None:
    keys = {exact_key(name) for name in ("ООО «Эко-Стандарт»", "эко стандарт", "ЭКОСТАНДАРТ")}
    assert keys == {"экостандарт"}
    assert exact_key("ООО") == "ооо"


@pytest.mark.parametrize(
    ("romanised", "guess"),
    [("pavlodara", "павлодара"), ("omska", "омска"), ("dvorakovsky", "двораковский")],
)
def test_a_romanised_word_is_spelt_back_to_find_its_lemma(romanised: str, guess: str) -> None:
    assert cyrillic(romanised) == guess
