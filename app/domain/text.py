"""Text comparison: one folding for equality, order and matching, the same on every database."""

import re
import unicodedata

# Readers ignore quotation marks when they compare names, and dashes of all lengths are equal.
_FOLDING = str.maketrans(
    {"ё": "е", **dict.fromkeys("«»„“”\"'’‘", None), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FOLDING)))}]")

KEY_LENGTH = 200
"""The largest length of a comparison key, in code points."""


def fold(text: str) -> str:
    """Return ``text`` without differences in case, ё/е, quotation marks, dashes and spacing.

    Unicode has the letters а–я in alphabetical order, so folded texts also sort as a Russian reader
    expects: Ё beside Е, Ы after Ъ.
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    if _FOLDED.search(folded):
        folded = folded.translate(_FOLDING)
    return " ".join(folded.split())


def key(text: str | None) -> str:
    """Return the comparison and sort key of a text, cut to ``KEY_LENGTH``; "" for None."""
    return fold(text)[:KEY_LENGTH] if text else ""
