"""The reader: a document cut at every boundary of its evidence, with the facts of each segment.

Spans of evidence cross, so marks can't nest: every segment is a flat one that knows its facts.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from app.domain.sentences import sentences
from app.domain.spans import Span
from app.domain.vocabulary import SUPPORTS

MAX_PART_LENGTH = 20_000
"""The length, in code points, at which a part of a long document ends with its sentence."""
MAX_PART_SPANS = 1_200
"""The number of spans of evidence at which a part ends with its sentence."""
_SUPPORTS = tuple(SUPPORTS)


class EvidenceSpan(NamedTuple):
    """A span of evidence in the document, and the support that its words give the fact."""

    fact_id: int
    start: int
    end: int
    support: str


@dataclass(frozen=True)
class Segment:
    """A piece of the text between two boundaries, with the keys of the facts that it proves."""

    start: int
    text: str
    facts: tuple[int, ...] = ()
    support: str = ""


@dataclass
class Sentence:
    """A sentence: the segments of its words and of the space behind them, and its facts.

    ``facts`` are noted here; ``elsewhere`` are those that have evidence here, too.
    """

    start: int
    end: int
    words: list[Segment] = field(default_factory=list)
    space: list[Segment] = field(default_factory=list)
    facts: list[int] = field(default_factory=list)
    elsewhere: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The number of facts that have evidence in it."""
        return len(self.facts) + len(self.elsewhere)


@dataclass(frozen=True)
class Part:
    """A part of a document: its number from 1, the number of parts, and paragraphs of sentences."""

    number: int
    parts: int
    paragraphs: list[list[Sentence]]

    @property
    def sentences(self) -> Iterator[Sentence]:
        """The sentences of all paragraphs."""
        for paragraph in self.paragraphs:
            yield from paragraph


class Reader:
    """The sentences and parts of one document's text, with its evidence in the order of offsets."""

    def __init__(self, text: str, spans: Sequence[EvidenceSpan]) -> None:
        self.text = text
        self.spans = spans
        # Space before the first sentence belongs to it, all other to the sentence before.
        first, *rest = sentences(text) or [Span(0, len(text))]
        self._sentences = [Span(0, first.end), *rest]
        self._starts = [span.start for span in self._sentences]
        self._part_starts = list(self._cut())
        self.spans_of: Mapping[int, list[Span]] = defaultdict(list)
        for span in spans:
            self.spans_of[span.fact_id].append(Span(span.start, span.end))

    def part_at(self, offset: int) -> int:
        """Return the number of the part that has an offset."""
        return bisect_right(self._part_starts, offset)

    @property
    def parts(self) -> int:
        """The number of parts."""
        return len(self._part_starts)

    def home_of(self, fact_id: int) -> int:
        """Return the start of the sentence that a fact is noted at: that of its last span."""
        return self._sentence_at(self.spans_of[fact_id][-1].start)

    def overlapping(self, passage: Span) -> list[int]:
        """Return the facts with evidence in a passage, in reading order."""
        return list(
            dict.fromkeys(
                span.fact_id
                for span in self.spans
                if span.start < passage.end and span.end > passage.start
            )
        )

    def part(self, number: int, passage: Span | None = None) -> Part:
        """Return a part of the text; the ends of a ``passage`` are boundaries, too."""
        start = self._part_starts[number - 1]
        end = self._part_starts[number] if number < self.parts else len(self.text)
        found = [
            Sentence(span.start, span.end) for span in self._sentences if start <= span.start < end
        ]
        self._add_segments(found, end, passage)
        self._add_facts(found)
        return Part(number, self.parts, self._paragraphs(found))

    def _cut(self) -> Iterator[int]:
        """Yield the start of each part."""
        yield 0
        last, spans, seen = 0, 0, 0
        for start in self._starts[1:]:
            while seen < len(self.spans) and self.spans[seen].start < start:
                seen += 1
            if start - last >= MAX_PART_LENGTH or seen - spans >= MAX_PART_SPANS:
                yield start
                last, spans = start, seen

    def _sentence_at(self, offset: int) -> int:
        return self._starts[bisect_right(self._starts, offset) - 1]

    def _add_segments(self, found: list[Sentence], end: int, passage: Span | None) -> None:
        begin = found[0].start
        begins: dict[int, list[EvidenceSpan]] = defaultdict(list)
        ends: dict[int, list[EvidenceSpan]] = defaultdict(list)
        bounds = {at for each in found for at in (each.start, each.end)} | {end}
        if passage:
            bounds |= {at for at in (passage.start, passage.end) if begin <= at <= end}
        for span in self.spans:
            if span.start < end and span.end > begin:
                begins[max(span.start, begin)].append(span)
                ends[min(span.end, end)].append(span)
        cuts = sorted(bounds | begins.keys() | ends.keys())
        active: dict[EvidenceSpan, None] = {}
        at = -1
        for start, stop in pairwise(cuts):
            for span in ends.get(start, ()):
                active.pop(span, None)
            active |= dict.fromkeys(begins.get(start, ()))
            while at + 1 < len(found) and found[at + 1].start <= start:
                at += 1
            facts = tuple(dict.fromkeys(span.fact_id for span in active))
            support = min((span.support for span in active), key=_SUPPORTS.index, default="")
            sentence = found[at]
            segments = sentence.words if start < sentence.end else sentence.space
            segments.append(Segment(start, self.text[start:stop], facts, support))

    def _add_facts(self, found: list[Sentence]) -> None:
        for sentence in found:
            segments = (*sentence.words, *sentence.space)
            facts = dict.fromkeys(id_ for each in segments for id_ in each.facts)
            for id_ in facts:
                is_home = self.home_of(id_) == sentence.start
                (sentence.facts if is_home else sentence.elsewhere).append(id_)

    def _paragraphs(self, found: list[Sentence]) -> list[list[Sentence]]:
        """Return the sentences of each paragraph, which ends with a line break."""
        paragraphs = [[found[0]]]
        for before, sentence in pairwise(found):
            space = self.text[before.end : sentence.start]
            if "\n" in space or "\r" in space:
                paragraphs.append([])
            paragraphs[-1].append(sentence)
        return paragraphs
