"""Proofs: each is found where a load finds it, and nothing that stands twice is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.spans import Span, locate
from seed.draft.article import Article
from seed.draft.proofs import Proof, Quotes

TEXTS = st.lists(
    st.sampled_from(["Омск", "Омска", "омск", "и", "«Мир»", "-", "\n", ". ", "Иван", "Петров", "1"])
).map(" ".join)


def prove(text: str, *words: str) -> Proof | None:
    """Return the proof by words of a text, each where it stands first."""
    spans = [Span(text.index(each), text.index(each) + len(each)) for each in words]
    return Quotes(Article(text)).prove(tuple(spans))


def test_words_that_stand_once_are_their_own_proof() -> None:
    text = "Делегацию из Омска возглавил мэр."
    proof = prove(text, "Делегацию из Омска")
    assert proof == Proof(("Делегацию из Омска",), None, (Span(0, 18),))


def test_a_single_word_has_a_passage_around_it() -> None:
    proof = prove("Мэр Омска в Омске. Гость Омска", "Омска")
    assert proof is not None
    assert (proof.quotes, proof.within) == (("Омска",), "Мэр Омска")


def test_words_that_their_passage_has_twice_are_proven_by_the_passage() -> None:
    proof = prove("Омск-Омск растёт. Омск тих", "Омск")
    assert proof is not None
    assert (proof.quotes, proof.within) == (("Омск-Омск растёт",), None)


def test_words_that_stand_apart_are_proven_by_two_quotes() -> None:
    proof = prove("Глава Омска Иван сказал: да, Омск растёт", "Иван сказал", "Омск растёт")
    assert proof is not None
    assert proof.quotes == ("Иван сказал", "Омск растёт")


@pytest.mark.parametrize("text", ["Омск " * 40, "и Омск и\n" * 3])
def test_what_stands_again_and_again_has_no_proof(text: str) -> None:
    assert prove(text, "Омск") is None


@given(TEXTS | st.text(), st.data())
def test_a_load_finds_every_proof_where_it_was_found(text: str, data: st.DataObject) -> None:
    if not text:
        return
    quotes, bounds = Quotes(Article(text)), st.integers(0, len(text))
    spans = tuple(
        Span(min(pair), max(pair))
        for pair in data.draw(st.lists(st.tuples(bounds, bounds), min_size=1, max_size=2))
        if pair[0] != pair[1]
    )
    proof = quotes.prove(spans) if spans else None
    for quote, span in zip(proof.quotes, proof.spans, strict=True) if proof else ():
        assert locate(text, quote, proof.within if proof else None) == span


@given(TEXTS, TEXTS)
def test_a_quote_is_found_where_it_stands_first(text: str, quote: str) -> None:
    found = Quotes(Article(text)).find(quote, None) if quote else None
    if quote:
        assert (found.start if found else -1) == text.find(quote)
