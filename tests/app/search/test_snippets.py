"""Snippets: the passage of a hit that has the most terms, and its highlights."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.analysis import exact_key, name_tokens, split_words
from app.search.query import parse_terms
from app.search.snippets import Passage, TermMatcher, best_snippet
from tests.app.search import TEXT

Json = dict[str, Any]
Get = Callable[..., Json]


@pytest.mark.parametrize(
    "question", ["омск", "Dvorakovskogo", "эко стандарт", "мэр", "нефтяного кокса", "п"]
)
def test_highlights_are_ranges_of_the_snippet(get: Get, question: str) -> None:
    for hit in get("/v1/search", q=question, limit=200)["items"]:
        snippet = hit["snippet"]
        assert snippet["highlights"]
        end = 0
        for each in snippet["highlights"]:
            assert end <= each["start"] < each["end"] <= len(snippet["text"])
            end = each["end"]


def test_a_snippet_of_a_fact_has_its_id(get: Get) -> None:
    hit = get("/v1/search", q="прокаленный кокс", kind="company")["items"][0]
    snippet = hit["snippet"]
    assert (hit["id"], snippet["field"], snippet["text"]) == (
        "unpk",
        "product",
        "прокаленный нефтяной кокс",
    )
    marked = [snippet["text"][each["start"] : each["end"]] for each in snippet["highlights"]]
    assert marked == ["прокаленный", "кокс"]
    assert get(f"/v1/facts/{snippet['fact']}")["value"] == snippet["text"]


def test_the_snippet_of_a_fact_is_its_value_or_evidence(get: Get) -> None:
    hit = get("/v1/search", q="турбулентность", kind="quotation")["items"][0]
    fact = get(f"/v1/facts/{hit['snippet']['fact']}")
    spoken = [fact["value"], *(each["exact"] for each in fact["evidence"])]
    assert hit["snippet"]["text"] in spoken


class CountingMatcher(TermMatcher):
    """A matcher that counts how many strings of tokens it has compared with the terms."""

    compared = 0

    def matched_terms(self, tokens: str) -> list[int]:
        """Return the numbers of the terms that the tokens match."""
        self.compared += 1
        return super().matched_terms(tokens)


@given(
    st.lists(st.sampled_from(["мэр", "Омска", "эко-стандарт", "v", "ООО", "х"]), min_size=1), TEXT
)
def test_the_terms_of_a_sentence_are_those_of_its_words(words: list[str], text: str) -> None:
    question = " ".join(words)
    terms = parse_terms(question, all_prefixes=True)
    matcher = TermMatcher(terms, exact_key(question))
    tokens = [f" {' '.join(name_tokens(word.text))} " for word in split_words(text)]
    expected = {number for each in tokens for number in matcher.matched_terms(each)}
    assert matcher.count_terms(text) == len(expected)


def test_a_document_is_read_by_its_distinct_words() -> None:
    sentences = [f"Мэр города посетил завод номер {number % 10}" for number in range(1_000)]
    passages: list[Passage] = [("name", None, "Документ"), *(("text", None, s) for s in sentences)]
    matcher = CountingMatcher(parse_terms("мэр завода Омска"), "мэрзаводаомска")
    snippet = best_snippet(passages, matcher)
    assert (snippet.data["text"], snippet.terms) == (sentences[0], 2)
    # Five words and ten numbers, and then the first sentence itself.
    assert matcher.compared < 30
