"""Spans: the positions of quotes in a text."""

from dataclasses import dataclass

CONTEXT = 32
"""Code points of context stored on either side of a span."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of a text, in Unicode code points."""

    start: int
    end: int


def occurrences(text: str, quote: str) -> list[int]:
    """Return the offset of every occurrence of ``quote`` in ``text``, overlapping ones included."""
    found = []
    at = text.find(quote)
    while at >= 0:
        found.append(at)
        at = text.find(quote, at + 1)
    return found


def locate(text: str, quote: str, within: str | None = None) -> Span:
    """Return the only span of ``quote`` in ``text``, or in its only passage ``within``.

    Raises ValueError where either is empty, is absent, or occurs more than once.
    """
    if within is not None:
        context = locate(text, within)
        inner = locate(text[context.start : context.end], quote)
        return Span(context.start + inner.start, context.start + inner.end)
    if not quote:
        raise ValueError("a quote must not be empty")
    found = occurrences(text, quote)
    if not found:
        raise ValueError("the quote isn't in the text")
    if len(found) > 1:
        raise ValueError(
            f"the quote stands {len(found)} times, at {', '.join(map(str, found))}: "
            "make it longer, or give `within`"
        )
    return Span(found[0], found[0] + len(quote))


def merge_spans(spans: list[Span]) -> list[Span]:
    """Return the union of ``spans`` as disjoint spans in order."""
    union: list[Span] = []
    for span in sorted(spans):
        if union and span.start <= union[-1].end:
            union[-1] = Span(union[-1].start, max(union[-1].end, span.end))
        else:
            union.append(span)
    return union
