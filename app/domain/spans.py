"""Spans: the positions of quotes in a text."""

from dataclasses import dataclass

CONTEXT = 32
"""Code points of context stored on either side of a span."""
_MAX_OFFSETS = 10


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


class QuoteError(ValueError):
    """A quote, or the passage ``within`` which it is looked for, is absent or ambiguous."""

    def __init__(self, message: str, *, is_absent: bool = False, is_within: bool = False) -> None:
        super().__init__(message)
        self.is_absent = is_absent
        self.is_within = is_within


def locate(text: str, quote: str, within: str | None = None) -> Span:
    """Return the only span of ``quote`` in ``text``, or in its only passage ``within``.

    Raises QuoteError where either is empty, is absent, or occurs more than once.
    """
    if within is None:
        return _only_span(text, quote, "the quote", "the text")
    context = _only_span(text, within, "`within`", "the text")
    inner = _only_span(text[context.start : context.end], quote, "the quote", "`within`")
    return Span(context.start + inner.start, context.start + inner.end)


def _only_span(text: str, part: str, part_name: str, text_name: str) -> Span:
    is_within = part_name == "`within`"
    if not part:
        raise QuoteError("a quote must not be empty", is_within=is_within)
    found = occurrences(text, part)
    if not found:
        message = f"{part_name} isn't in {text_name}"
        raise QuoteError(message, is_absent=True, is_within=is_within)
    if len(found) > 1:
        offsets = ", ".join(map(str, found[:_MAX_OFFSETS]))
        more = ", …" if len(found) > _MAX_OFFSETS else ""
        advice = "make it longer" if is_within else "make it longer, or give `within`"
        message = f"{part_name} stands {len(found)} times, at {offsets}{more}: {advice}"
        raise QuoteError(message, is_within=is_within)
    return Span(found[0], found[0] + len(part))


def merge_spans(spans: list[Span]) -> list[Span]:
    """Return the union of ``spans`` as disjoint spans in order."""
    union: list[Span] = []
    for span in sorted(spans):
        if union and span.start <= union[-1].end:
            union[-1] = Span(union[-1].start, max(union[-1].end, span.end))
        else:
            union.append(span)
    return union
