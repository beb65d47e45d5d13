"""Pictures: a record and what is one fact away, as SVG.

The record is a box between two columns of neighbours: on the left those whose facts name it, on the
right those that its own facts name. So every arrow points to the right, from subject to object.
Colours are presentation attributes: a page's style overrides them, and no policy blocks them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from app.domain.json import Json
from app.domain.vocabulary import PREDICATES, SUPPORTS
from app.schemas.neighbours import Direction
from app.schemas.refs import page_path

MAX_NEIGHBOURS = 24
"""The largest number of neighbours in a picture."""
_DASHES = {"stated": "none", "entailed": "7 5", "inferred": "1 5"}
_LINE, _CHARACTERS = 18, 22
_COLUMN, _GAP, _BOX, _MARGIN = 230, 64, 200, 8
"""The widths of a column of names, of the arrows beside it and of the record's box, in pixels."""


class Tie(NamedTuple):
    """A fact between the record and a neighbour: ``out`` where the record is its subject."""

    direction: Direction
    fact: Json

    @property
    def neighbour(self) -> Json:
        """The record on the other side."""
        neighbour: Json = self.fact["object" if self.direction == "out" else "subject"]
        return neighbour


def choose_ties(ties: Iterable[Tie]) -> list[Tie]:
    """Return the ties to ``MAX_NEIGHBOURS``: the first ones of each predicate and direction.

    They are in the order of direction and predicate, and else in their own.
    """
    ordered = sorted(ties, key=lambda tie: (tie.direction, tie.fact["predicate"]))
    seen: Counter[tuple[str, str]] = Counter()
    ranks = []
    for tie in ordered:
        ranks.append(seen[group := (tie.direction, tie.fact["predicate"])])
        seen[group] += 1
    by_rank = sorted(zip(ranks, ordered, strict=True), key=lambda each: each[0])
    keys = dict.fromkeys((tie.direction, tie.neighbour["href"]) for _, tie in by_rank)
    chosen = set(list(keys)[:MAX_NEIGHBOURS])
    return [tie for tie in ordered if (tie.direction, tie.neighbour["href"]) in chosen]


def draw(record: Json, ties: Sequence[Tie], hidden: int, base_url: str = "") -> str:
    """Return the SVG of a record, a ``Ref``, with its ties; ``hidden`` is the number of others."""
    left = _COLUMN + _GAP if any(tie.direction == "in" for tie in ties) else 0
    right = left + _BOX
    subjects, left_bottom = _column("in", ties, _COLUMN, left - _GAP, base_url)
    objects, right_bottom = _column("out", ties, right + _GAP, right, base_url)
    name = wrap(record["name"], _CHARACTERS - 4, max_lines=8, placeholder=" …")
    bottom = max(left_bottom, right_bottom, (len(name) + 1) * _LINE)
    legend, end = _legend(bottom + 2 * _LINE, hidden)
    width = right + (_GAP + _COLUMN if objects else 0) + 2 * _MARGIN
    height = end + 2 * _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" '
        f'width="{width}" height="{height}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {width} {height}" color="#1c1b19" fill="currentColor" '
        f'font-family="PT Sans, Noto Sans, sans-serif">'
        f"<title>{_escape(record['name'])}: связи</title>"
        f"<desc>{_DESCRIPTION}</desc>"
        f'<rect class="paper" x="{-_MARGIN}" y="{-_MARGIN}" width="{width}" height="{height}" '
        f'fill="#ffffff"/>'
        f'<rect x="{left}" width="{_BOX}" height="{bottom}" rx="3" fill="none" '
        f'stroke="currentColor" stroke-width="2"/>'
        f"{_text(name, left + _BOX // 2, 24, 'middle', 16)}{subjects}{objects}{legend}</svg>"
    )


_DESCRIPTION = (
    "Слева записи, в фактах которых названа эта; справа записи, названные в её фактах. "
    "Стрелка ведёт от того, о ком или о чём факт."
)


def _column(
    direction: Direction, ties: Sequence[Tie], x: int, arrow: int, base_url: str
) -> tuple[str, int]:
    """Return the neighbours of one direction with their arrows, and the bottom of the column."""
    neighbours: dict[str, Json] = {}
    words: dict[str, dict[tuple[str, str], None]] = {}
    for tie in ties:
        if tie.direction == direction:
            neighbours[path := tie.neighbour["href"]] = tie.neighbour
            words.setdefault(path, {})[tie.fact["predicate"], tie.fact["support"]] = None
    anchor, parts, y = "end" if direction == "in" else "start", [], _LINE
    for path, neighbour in neighbours.items():
        for predicate, support in words[path]:
            parts.append(_line(arrow + 6, arrow + _GAP - 6, y - 5, support, "arrow"))
            parts.append(_text([PREDICATES[predicate].label.ru], x, y, anchor, 13))
            y += _LINE
        name = wrap(neighbour["name"], _CHARACTERS, max_lines=3, placeholder=" …")
        address = quoteattr(base_url + page_path(path))
        parts.append(
            f'<a href={address} color="#7a1f2b" fill="currentColor" text-decoration="underline">'
            f"{_text(name, x, y, anchor, 14)}</a>"
        )
        y += (len(name) + 1) * _LINE
    return "".join(parts), y - _LINE


def _legend(y: int, hidden: int) -> tuple[str, int]:
    """Return what the dashes mean and how many facts aren't drawn, and the bottom of it."""
    parts = []
    for support, word in SUPPORTS.items():
        parts.append(_line(0, 40, y - 5, support) + _text([word.label.ru], 50, y, "start", 13))
        y += _LINE
    if hidden:
        parts.append(_text([f"Ещё фактов: {hidden}"], 0, y, "start", 13))
        y += _LINE
    return "".join(parts), y - _LINE + 5


def _line(start: int, end: int, y: int, support: str, head: str = "") -> str:
    """Return a line whose dashes tell the support, with or without an arrow's head."""
    line = (
        f'<path d="M{start} {y}H{end}" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-dasharray="{_DASHES[support]}"/>'
    )
    return line + (f'<path d="M{end + 2} {y}l-9 -5v10z"/>' if head else "")


def _text(lines: Sequence[str], x: int, y: int, anchor: str, size: int) -> str:
    """Return lines of text; one that is wider than a column, as capitals can be, is narrowed."""
    spans = []
    for at, line in enumerate(lines):
        wide = sum(char.isupper() or east_asian_width(char) in "FW" for char in line)
        width = size * (0.62 * len(line) + 0.38 * wide)
        narrow = f' textLength="{_COLUMN - 30}" lengthAdjust="spacingAndGlyphs"'
        spans.append(
            f'<tspan x="{x}" y="{y + at * _LINE}"{narrow if width > _COLUMN else ""}>'
            f"{_escape(line)}</tspan>"
        )
    return f'<text text-anchor="{anchor}" font-size="{size}">{"".join(spans)}</text>'


def _escape(text: str) -> str:
    return escape(text, {"\r": "&#13;"})
