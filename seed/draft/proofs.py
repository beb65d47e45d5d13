"""Proofs: words of an article that stand in it once, around what they have to prove.

Each attempt looks at a bounded number of places, so the time follows the length of the text.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from app.domain.spans import Span, occurrences
from seed.draft.article import Article

_RUN = re.compile(r"\w+")
_MAX_PLACES = 200
"""The places of a word that are looked at; where there are more, its quote needs another."""
_REACH = ((0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (4, 4), (8, 8))
"""The words that a quote takes before and behind it, until it stands only once."""


class Proof(NamedTuple):
    """The quotes of a fact, the passage that has them only once, and where they stand."""

    quotes: tuple[str, ...]
    within: str | None
    spans: tuple[Span, ...]


class Quotes:
    """The quotes of an article: those that stand in it once."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._places: dict[str, list[int]] = defaultdict(list)
        for match in _RUN.finditer(article.text):
            self._places[match.group()].append(match.start())
        self._vocabulary = sorted(self._places)

    def prove(self, spans: tuple[Span, ...]) -> Proof | None:
        """Return the proof by the words of spans, None where no passage has them only once."""
        passages = tuple(each for span in spans if (each := self._passage(span)))
        if len(passages) < len(spans):
            return None
        texts = tuple(map(self._article.of, passages))
        quote = self._article.of(spans[0])
        if passages == spans or len(spans) > 1 or not _has_once(texts[0], quote):
            return Proof(texts, None, passages)
        return Proof((quote,), texts[0], spans)

    def find(self, quote: str, within: str | None) -> Span | None:
        """Return where a quote stands first, or first in the passage ``within``."""
        start, text = 0, self._article.text
        if within is not None:
            start = self._first(within)
            return _found(text.find(quote, max(start, 0), max(start, 0) + len(within)), quote)
        return _found(self._first(quote), quote)

    def _first(self, quote: str) -> int:
        """Return the first offset of a quote, -1 without one."""
        places, offset = self._places_of_rarest(quote)
        if places is None or len(places) > _MAX_PLACES:
            return self._article.text.find(quote)
        starts = (place - offset for place in places)
        return next((each for each in starts if self._article.text.startswith(quote, each)), -1)

    def _passage(self, span: Span) -> Span | None:
        """Return the shortest passage around a span that stands once, None without one."""
        for passage in self._passages(span):
            if self._stands_once(passage):
                return passage
        return None

    def _passages(self, span: Span) -> Iterator[Span]:
        """Yield a span with more and more words of its line around it."""
        words = self._article.words
        first, behind = self._article.index_at(span.start), self._article.index_at(span.end)
        line_start = self._article.text.rfind("\n", max(0, span.start - 1000), span.start) + 1
        line_end = self._article.text.find("\n", span.end, span.end + 1000)
        for before, after in _REACH:
            start, end = span.start, span.end
            for word in words[max(0, first - before) : first]:
                if word.start >= line_start:
                    start = min(start, word.start)
            for word in words[behind : behind + after]:
                if line_end < 0 or word.end <= line_end:
                    end = max(end, word.end)
            yield Span(start, end)

    def _stands_once(self, span: Span) -> bool:
        """Return whether the text of a span stands nowhere else, as far as that is soon told."""
        text, quote = self._article.text, self._article.of(span)
        places, offset = self._places_of_rarest(quote)
        if places is None or len(places) > _MAX_PLACES:
            return False
        starts = (place - offset for place in places if place >= offset)
        found = (start for start in starts if text.startswith(quote, start))
        return next(found, None) is not None and next(found, None) is None

    def _places_of_rarest(self, quote: str) -> tuple[list[int] | None, int]:
        """Return the places of a quote's rarest run of letters, and its offset in the quote.

        A run with other characters around it stands as a run wherever the quote does. The last one
        may go on elsewhere, and the first may begin before.
        """
        fewest, offset = None, 0
        for run in _RUN.finditer(quote):
            if not run.start():
                continue
            is_whole = run.end() < len(quote)
            places = self._places.get(run[0], []) if is_whole else self._beginning_with(run[0])
            if fewest is None or len(places) < len(fewest):
                fewest, offset = places, run.start()
        return fewest, offset

    def _beginning_with(self, prefix: str) -> list[int]:
        """Return the places of the runs that begin with a prefix, or more than too many."""
        found: list[int] = []
        for number in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            run = self._vocabulary[number]
            if not run.startswith(prefix) or len(found) > _MAX_PLACES:
                break
            found += self._places[run][: _MAX_PLACES + 1]
        return found


def _has_once(passage: str, quote: str) -> bool:
    return len(occurrences(passage, quote)) == 1


def _found(start: int, quote: str) -> Span | None:
    return Span(start, start + len(quote)) if start >= 0 else None
