"""Nearest texts: the passage of a text that an author may have meant, and where it differs."""

import re
import unicodedata
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_MIN_LENGTH = 4
_MIN_SCORE = 75.0
"""The similarity of what is shown as near, in percent; it also bounds the search in time."""
_SEARCHED = 120
"""Code points of a quote that are searched for: enough to place a long one."""
_MARGIN = 20
"""Code points around a found passage in which it may begin and end with a token."""
_MAX_SHOWN = 3
_TOKEN = re.compile(r"\w+|[^\w\s]|\s")
_LATIN, _CYRILLIC = "abcehkmoptxy", "авсенкмортху"
_ALIKE = str.maketrans(
    {
        **dict(zip(_LATIN, _CYRILLIC, strict=True)),
        "ё": "е",
        **dict.fromkeys("«»„“”‟’‘'", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
_LOOKS = str.maketrans(_LATIN + _LATIN.upper(), _CYRILLIC + _CYRILLIC.upper())
_NAMES = {"\t": "tab", "\n": "line feed", "\r": "carriage return"}


class Nearest(NamedTuple):
    """A passage of a text, where it starts, and how it differs from what was looked for."""

    start: int
    words: str
    differences: str


class NearestPassages:
    """The passages of one text, compared without case and look-alikes."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _folded(self) -> str:
        return _fold(self._text)

    def find(self, quote: str) -> Nearest | None:
        """Return the passage that is most like a quote, or None where none is near."""
        if len(quote) < _MIN_LENGTH:
            return None
        folded = _fold(quote)
        head = folded[:_SEARCHED]
        found = fuzz.partial_ratio_alignment(head, self._folded, score_cutoff=_MIN_SCORE)
        if found is None or found.dest_start == found.dest_end:
            return None
        end = found.dest_end + len(folded) - len(head)
        start, end = self._whole_tokens(folded, found.dest_start, end)
        words = self._text[start:end]
        if fuzz.ratio(folded, self._folded[start:end]) < _MIN_SCORE:
            return None
        return Nearest(start, words, _differences(words, quote))

    def _whole_tokens(self, folded: str, start: int, end: int) -> tuple[int, int]:
        """Return the most similar span of whole tokens that begins and ends near these offsets."""
        first = max(0, start - _MARGIN)
        tokens = [
            (first + token.start(), first + token.end())
            for token in _TOKEN.finditer(self._folded[first : end + _MARGIN])
            if not token[0].isspace()
        ]
        starts = [at for at, _ in tokens if abs(at - start) <= _MARGIN]
        ends = [at for _, at in tokens if abs(at - end) <= _MARGIN]
        spans = [(one, other) for one in starts for other in ends if one < other]
        return min(
            spans or [(start, end)],
            key=lambda span: Levenshtein.distance(folded, self._folded[slice(*span)]),
        )


def _fold(text: str) -> str:
    """Return ``text``, each character in the form that it is compared in, at the same offset."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(each.lower()[0] for each in text)
    return re.sub(r"\s", " ", lower).translate(_ALIKE)


def _differences(words: str, quote: str) -> str:
    """Return where a quote differs from the words of the text, the first few places in words."""
    there, quoted = _TOKEN.findall(words), _TOKEN.findall(quote)
    places = []
    for edit in Levenshtein.opcodes(there, quoted):
        start, found = edit.src_start, "".join(there[edit.src_start : edit.src_end])
        expected = "".join(quoted[edit.dest_start : edit.dest_end])
        if found != expected:
            before = [token for token in there[:start] if not token.isspace()]
            after = f" after «{before[-1]}»" if before else ""
            places.append(f"{_difference(expected, found)}{after}")
    more = len(places) - _MAX_SHOWN
    return "; ".join(places[:_MAX_SHOWN] + [f"and {more} more differences"] * (more > 0))


def _difference(expected: str, found: str) -> str:
    """Return the words for two different parts, by their characters where they look the same."""
    if expected.translate(_LOOKS) != found.translate(_LOOKS):
        return f"expected {_shown(expected)}, found {_shown(found)}"
    pair = next(each for each in zip(expected, found, strict=True) if each[0] != each[1])
    whole = f" in «{found}»" if len(found) > 1 else ""
    return f"expected {_named(pair[0])}, found {_named(pair[1])}{whole}"


def _shown(part: str) -> str:
    if not part:
        return "nothing"
    is_plain = len(part) > 1 or part.isalnum() or "!" <= part <= "~"
    return f"«{part}»" if is_plain else _named(part)


def _named(character: str) -> str:
    """Return a character with its code and name, which tell it from those that look the same."""
    name = unicodedata.name(character, _NAMES.get(character, "")).lower()
    code = f"U+{ord(character):04X} {name}".rstrip()
    return f"«{character}» ({code})" if character.isprintable() and character != " " else code
