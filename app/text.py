"""How text compares: one folding for equality, order and matching, on every database."""

import re
import unicodedata

# Quotation marks carry no meaning when a reader compares names; dashes of all lengths are one.
_FOLDING = str.maketrans(
    {"ё": "е", **dict.fromkeys("«»„“”\"'’‘", None), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FOLDING)))}]")

KEY_LENGTH = 200
"""Longest folded text, in code points, that is kept as a key to compare by."""


def fold(text: str) -> str:
    """Fold ``text`` so that case, ё/е, quotation marks, dashes and spacing make no difference.

    The Cyrillic letters а–я stand in Unicode in the order of the alphabet, so folded texts also
    sort as a Russian reader expects: Ё beside Е, Ы after Ъ.
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    if _FOLDED.search(folded):
        folded = folded.translate(_FOLDING)
    return " ".join(folded.split())


def key(text: str | None) -> str:
    """Return the folded text to compare and sort by, cut to ``KEY_LENGTH``; "" for none."""
    return fold(text)[:KEY_LENGTH] if text else ""
