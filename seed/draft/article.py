"""An article as the rules read it: its words, its sentences and the names in quotation marks."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from app.domain.sentences import sentences
from app.domain.spans import Span
from seed.draft.morphology import PREDICATES, is_adjective, is_predicate, part_of_speech

_WORD = re.compile(r"[^\W_]+(?:[-‑][^\W_]+)*")
QUOTED = r"«[^«»\n]{1,80}»|\"[^\"\n]{1,80}\"|“[^“”\n]{1,80}”|„[^„“”\n]{1,80}[“”]"
"""The pattern of a short text in quotation marks."""
QUOTES = '«»"“”„'
_SAID = re.compile(", [–—-] ")
_QUOTED = re.compile(QUOTED)

_MAX_CLAUSE = 25
_MAX_NAME, _MAX_NAME_WITH_VERB = 7, 3
"""The words of a name in quotation marks, at most."""


class Word(NamedTuple):
    """A word of a text: its range in code points, and its letters."""

    start: int
    end: int
    text: str


class Article:
    """A text with its words, sentences and quoted names."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [Word(*match.span(), match.group()) for match in _WORD.finditer(text)]
        self.sentences = sentences(text)
        quoted = [Span(*match.span()) for match in _QUOTED.finditer(text)]
        self.quoted = [span for span in quoted if self._is_name(span)]

    def _is_name(self, quoted: Span) -> bool:
        """Return whether a text in quotation marks is a name: very short, or without a verb.

        What stands behind a colon, or before a comma and a dash, is said by somebody.
        """
        if self.text.endswith(": ", 0, quoted.start) or _SAID.match(self.text, quoted.end):
            return False
        words = self.words_in(quoted)
        has_verb = any(is_predicate(word.text) for word in words)
        return len(words) <= (_MAX_NAME_WITH_VERB if has_verb else _MAX_NAME)

    @cached_property
    def _word_starts(self) -> list[int]:
        return [word.start for word in self.words]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def index_at(self, offset: int) -> int:
        """Return the index of the first word that begins at an offset or behind it."""
        return bisect_left(self._word_starts, offset)

    def sentence_number(self, offset: int) -> int:
        """Return the number of the sentence that begins last at an offset or before it."""
        return max(0, bisect_right(self._sentence_starts, offset) - 1)

    def sentence_at(self, offset: int) -> Span:
        """Return the sentence that begins last at an offset or before it."""
        return self.sentences[self.sentence_number(offset)]

    def of(self, span: Span) -> str:
        """Return the text of a span."""
        return self.text[span.start : span.end]

    def between(self, first: int, second: int) -> str:
        """Return what stands between two words that follow one another."""
        return self.text[self.words[first].end : self.words[second].start]

    def words_in(self, span: Span) -> list[Word]:
        """Return the words that begin in a span."""
        return self.words[self.index_at(span.start) : self.index_at(span.end)]

    def opens_sentence(self, index: int) -> bool:
        """Return whether no word of its sentence stands before a word."""
        start = self.sentence_at(self.words[index].start).start
        return index == 0 or self.words[index - 1].start < start

    def capitalized(self) -> Iterator[int]:
        """Yield the indexes of the words that begin with a capital letter."""
        for index, word in enumerate(self.words):
            if word.text[0].isupper():
                yield index

    def adjectives_before(self, index: int) -> int:
        """Return the index of the first of the adjectives that stand right before a word."""
        first = index
        while (
            first
            and index - first < 5
            and self.between(first - 1, first) == " "
            and is_adjective(self.words[first - 1].text)
        ):
            first -= 1
        return first

    def clause_end(self, index: int, verbs: Container[str] = PREDICATES) -> int:
        """Return the index behind the last word before a punctuation mark or a verb.

        A text in quotation marks belongs to the clause; ``verbs`` are parts of speech.
        """
        last = index
        while last + 1 < len(self.words) and last - index < _MAX_CLAUSE:
            is_end = self.between(last, last + 1).strip(f" \xa0{QUOTES}")
            if is_end or part_of_speech(self.words[last + 1].text) in verbs:
                break
            last += 1
        return last + 1


def closed(text: str, span: Span) -> Span:
    """Return a span with the quotation mark behind it, where that closes one inside."""
    inside = text[span.start : span.end]
    for opening, closing in ("«»", "“”"):
        if inside.count(opening) > inside.count(closing) and text.startswith(closing, span.end):
            return Span(span.start, span.end + 1)
    return span


class Spans:
    """Spans that don't overlap, to be asked which of them has an offset."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans)
        self._starts = [span.start for span in self.spans]

    def at(self, offset: int) -> Span | None:
        """Return the span that has an offset, None without one."""
        found = bisect_right(self._starts, offset) - 1
        if found >= 0 and offset < self.spans[found].end:
            return self.spans[found]
        return None

    def inside(self, span: Span) -> list[Span]:
        """Return the spans that begin in a span."""
        first, behind = (bisect_left(self._starts, each) for each in (span.start, span.end))
        return self.spans[first:behind]
