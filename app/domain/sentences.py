"""Coverage: the share of a text that evidence covers, and the sentences without evidence."""

import re
from dataclasses import dataclass

from app.domain.spans import Span, merge_spans

_END = re.compile(r"\n+|(?<=[.!?…])[»\")]*\s+(?=[«\"–—(]?\s?[А-ЯЁA-Z])")


@dataclass(frozen=True)
class Coverage:
    """The coverage of a text in code points, and its ``bare`` sentences: those without evidence."""

    characters: int
    covered: int
    bare: list[tuple[Span, str]]

    @property
    def share(self) -> float:
        """The covered part of the text, from 0 to 1."""
        return self.covered / self.characters


def sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of ``text``, without the space between them."""
    spans = []
    start = 0
    for end in _END.finditer(text):
        closing = (
            end.end() - len(end.group().lstrip('»")')) if end.group()[0] in '»")' else end.start()
        )
        spans.append(Span(start, closing))
        start = end.end()
    spans.append(Span(start, len(text)))
    return [span for span in spans if text[span.start : span.end].strip()]


def measure(text: str, evidence: list[Span]) -> Coverage:
    """Return the coverage of ``text`` by ``evidence``."""
    union = merge_spans(evidence)
    bare = [
        (sentence, text[sentence.start : sentence.end])
        for sentence in sentences(text)
        if not any(span.start < sentence.end and sentence.start < span.end for span in union)
    ]
    return Coverage(len(text), sum(span.end - span.start for span in union), bare)
