"""Queries: the terms of a question, and the expression built from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.analysis import LEGAL_FORMS, exact_key, name_tokens, split_words
from app.search.query import And, Expression, Or, Term, TokenQuery, build_query, parse_terms
from tests.app.search import TEXT


@given(TEXT)
def test_query_tokens_have_only_letters_and_digits(text: str) -> None:
    for term in parse_terms(text):
        for token in term.exact | term.prefixes:
            assert all(letter.isalnum() for letter in token)


def is_matched(tokens: frozenset[str], term: Term) -> bool:
    """Return whether the term matches a word with these tokens."""
    printed = f" {' '.join(tokens)} "
    return any(pattern in printed for pattern in term.token_patterns())


@given(TEXT)
def test_every_term_of_a_text_matches_a_word_of_it(text: str) -> None:
    indexed = [name_tokens(word.text) for word in split_words(text)]
    for term in parse_terms(text):
        assert any(is_matched(word, term) for word in indexed)


@given(TEXT)
def test_every_prefix_of_a_word_matches_it(text: str) -> None:
    for word in split_words(text):
        for length in range(1, len(word.text) + 1):
            (term,) = parse_terms(word.text[:length]) or (None,)
            if word.text[:length] == word.text and term:
                assert is_matched(name_tokens(word.text), term)


def test_legal_forms_and_function_words_are_dropped() -> None:
    assert [term.word for term in parse_terms("в ООО «Сибирь» и OOO zao")] == ["сибирь"]
    assert parse_terms("«!» — …") == []


@pytest.mark.parametrize("question", ["ООО", "ООО и", "и в ООО"])
def test_legal_forms_alone_are_terms(question: str) -> None:
    assert [term.word for term in parse_terms(question)] == ["ооо"]


@pytest.mark.parametrize("form", sorted(LEGAL_FORMS))
def test_every_legal_form_is_a_term_alone(form: str) -> None:
    assert [term.word for term in parse_terms(form)] == [form]


@pytest.mark.parametrize("question", ["и", "о", "в", "и о в", "не под, но и"])
def test_function_words_alone_are_terms_only_where_all_may_be_begun(question: str) -> None:
    assert parse_terms(question) == []
    begun = parse_terms(question, all_prefixes=True)
    assert [term.word for term in begun] == question.replace(",", "").split()


def test_the_last_term_has_prefixes_or_all_terms_have() -> None:
    assert [bool(term.prefixes) for term in parse_terms("мэр омс")] == [False, True]
    terms = parse_terms("мэр омс", all_prefixes=True)
    assert [bool(term.prefixes) for term in terms] == [True, True]


@pytest.mark.parametrize("prefix", ["v", "vi", "via", "viac", "viach", "viache", "viaches"])
def test_every_prefix_of_a_romanised_name_matches_it(prefix: str) -> None:
    (term,) = parse_terms(prefix)
    assert is_matched(name_tokens("вячеслав"), term)


def test_a_term_has_its_range_in_the_question() -> None:
    question = "мэр  Омкс"
    assert [question[term.start : term.end] for term in parse_terms(question)] == ["мэр", "Омкс"]


_WORDS = ["омск", "омска", "ом", "ООО", "omsk", "торгово-промышленная", "промышл", "мэр", "1С", "!"]


@given(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join),
    st.booleans(),
    st.sets(st.sampled_from([*"ом", "омск", "омский", "омска", "омскмэр", "торгово", "мэр", "1с"])),
)
def test_a_query_matches_every_term_or_the_exact_key(
    question: str, prefixes: bool, tokens: set[str]
) -> None:
    terms = parse_terms(question)
    expected = bool(terms) and (
        all(_term_matches(tokens, term, prefixes) for term in terms)
        or exact_key(question) in tokens
    )
    assert _query_matches(build_query(question, terms, prefixes=prefixes), tokens) == expected


def _term_matches(tokens: set[str], term: Term, prefixes: bool) -> bool:
    starts = tuple(prefix for prefix in term.prefixes if prefix and prefixes)
    return (
        bool(term.exact & tokens)
        or any(token.startswith(starts) for token in tokens)
        or (bool(term.parts) and all(_term_matches(tokens, part, prefixes) for part in term.parts))
    )


def _query_matches(query: Expression, tokens: set[str]) -> bool:
    match query:
        case TokenQuery(text, _, prefix):
            return text in tokens or (prefix and any(token.startswith(text) for token in tokens))
        case Or(parts):
            return any(_query_matches(part, tokens) for part in parts)
        case And(parts, without):
            matches = all(_query_matches(part, tokens) for part in parts)
            return matches and (without is None or not _query_matches(without, tokens))
