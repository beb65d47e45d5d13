"""Snippets: the passage of a record that has the most terms of a question, with highlights."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import from_json

from app.domain.json import Json
from app.search.analysis import MAX_WORDS, WORD, exact_key, name_tokens, split_words
from app.search.query import Term

Passage = tuple[str, str | None, str]
"""A field, the public id of the fact that has it (None for a name or a text), and a text."""
_NAME_FIELDS = {"name", "also_known_as", "printed_as"}
_SENTENCE = "text"
"""The field of a document's sentences."""
_MAX_TEXTS = 2_000
"""The size of each cache of texts: about 2 kB a sentence."""
_MAX_MEMOIZED = 2_000
"""The longest passages of an entry, in bytes, that are memoized; documents have more."""


class Snippet(NamedTuple):
    """The best passage of a record, as plain data, and the number of terms that it has."""

    data: Json
    terms: int


class AnalyzedText(NamedTuple):
    """The tokens of a text, with spaces around each, and its words.

    A word has a start, an end and its tokens.
    """

    tokens: str
    words: list[tuple[int, int, str]]


class TermMatcher:
    """The terms of a question, compared with the tokens of a word or of a whole text."""

    def __init__(self, terms: Sequence[Term], exact: str) -> None:
        self.exact = exact
        self.patterns = [term.token_patterns() for term in terms]
        self._all_patterns = tuple(set().union(*self.patterns))
        self._by_word: dict[str, set[int]] = {}

    def matches(self, tokens: str) -> bool:
        """Return whether the tokens match a term."""
        # A plain loop takes half the time of any(), and most texts and words have no term.
        for pattern in self._all_patterns:  # noqa: SIM110
            if pattern in tokens:
                return True
        return False

    def matched_terms(self, tokens: str) -> list[int]:
        """Return the numbers of the terms that the tokens match."""
        return [
            number
            for number, patterns in enumerate(self.patterns)
            if any(pattern in tokens for pattern in patterns)
        ]

    def count_terms(self, text: str) -> int:
        """Return how many terms match the words of a sentence, without its analysis.

        The sentences of documents are many and repeat few words, so the terms of a printed word are
        kept for the question: a page of 200 documents takes 0.2 s and not 1.1.
        """
        found: set[int] = set()
        for printed in WORD.findall(text):
            terms = self._by_word.get(printed)
            if terms is None:
                terms = self._by_word[printed] = {
                    number
                    for word in split_words(printed)
                    for number in self.matched_terms(_word_tokens(word.text))
                }
            found |= terms
        return len(found)


def best_snippet(passages: Iterable[Passage], matcher: TermMatcher) -> Snippet:
    """Return the passage with the most terms, the first among equals."""
    best, most = Snippet({}, -1), -1
    for field, fact, text in passages:
        if field == _SENTENCE and matcher.count_terms(text) <= most:
            continue
        tokens, words = _analyze(text)
        is_name = field in _NAME_FIELDS
        if not is_name and most >= 0 and not matcher.matches(tokens):
            continue
        # Words overlap, so the highlighted ones can match fewer terms than all tokens do.
        if not is_name and len(matcher.matched_terms(tokens)) <= most:
            continue
        highlights, count = _highlights(words, matcher)
        if is_name and not highlights and _exact_key(text) == matcher.exact:
            highlights, count = [{"start": 0, "end": len(text)}], len(matcher.patterns)
        if count > most:
            most = count
            data = {"field": field, "text": text, "highlights": highlights, "fact": fact}
            best = Snippet(data, count)
        if most == len(matcher.patterns):
            break
    return best


def parse_passages(text: str | bytes) -> list[Passage]:
    """Return the passages of a search entry."""
    return (_memoized if len(text) <= _MAX_MEMOIZED else _parse)(text)


def _parse(text: str | bytes) -> list[Passage]:
    passages: list[Passage] = from_json(text)
    return passages


_memoized = lru_cache(maxsize=1_000)(_parse)


_exact_key = lru_cache(maxsize=_MAX_TEXTS)(exact_key)


@lru_cache(maxsize=_MAX_TEXTS)
def _analyze(text: str) -> AnalyzedText:
    """Return the tokens of a text, cached since many questions match the same texts."""
    words = [(start, end, _word_tokens(word)) for start, end, word in split_words(text)]
    return AnalyzedText("".join([tokens for _, _, tokens in words]), words)


@lru_cache(maxsize=MAX_WORDS)
def _word_tokens(word: str) -> str:
    """Return the tokens of a normalised word in one string, which texts with the word share."""
    return f" {' '.join(name_tokens(word))} "


def _highlights(
    words: Iterable[tuple[int, int, str]], matcher: TermMatcher
) -> tuple[list[Json], int]:
    """Return the ranges of words that match a term, and how many terms match."""
    ranges: list[Json] = []
    terms: set[int] = set()
    last_end = 0
    for start, end, tokens in words:
        if end <= last_end:
            continue
        if matcher.matches(tokens):
            terms.update(matcher.matched_terms(tokens))
            ranges.append({"start": start, "end": end})
            last_end = end
    return ranges, len(terms)
