"""Marks: the segments of a text as HTML.

They are most of the page of a document, and a template takes twice as long for them.
"""

from collections.abc import Collection, Iterable, Mapping

from markupsafe import Markup

from app.pages.reader import Segment
from app.pages.templates import exact

_DEPTHS = 5


def marks(
    segments: Iterable[Segment], numbers: Mapping[int, int], focus: Collection[int]
) -> Markup:
    """Return segments as HTML: those with facts are marked, with the numbers of their notes.

    ``focus`` has the keys of the facts whose segments are lit.
    """
    return Markup().join(_mark(each, numbers, focus) for each in segments)


def _mark(segment: Segment, numbers: Mapping[int, int], focus: Collection[int]) -> Markup:
    text = exact(segment.text)
    if not segment.facts:
        return text
    depth = min(len(segment.facts), _DEPTHS)
    lit = " on" if any(key in focus for key in segment.facts) else ""
    notes = " ".join([str(numbers[key]) for key in segment.facts])
    # Of these, only the text is anybody's but ours.
    return Markup(  # noqa: S704
        f'<mark id="c{segment.start}" class="d{depth} {segment.support}{lit}" data-f="{notes}">'
        f"{text}</mark>"
    )
