"""The characters that a text may have: those that both databases and XML take, some with ink."""

import re
import unicodedata

from app.domain.text import fold

BYTE_ORDER_MARK = "\ufeff"
# No database and no XML takes all of these, whatever escapes they are written with.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Letters and a symbol without ink: the Hangul fillers, and Braille's empty pattern.
_INKLESS = "\u115f\u1160\u2800\u3164\uffa0"
_LETTER_OR_DIGIT = re.compile(rf"[^\W_{_INKLESS}]")


def check_characters(text: str) -> None:
    """Raise ValueError where a text has a control character, a surrogate or a noncharacter."""
    if not text.isprintable() and (found := _FORBIDDEN.search(text)):
        code = f"U+{ord(found[0]):04X}"
        raise ValueError(f"has the character {code} at {found.start()}, which no text may have")


def check_value(text: str) -> None:
    """Raise ValueError where a text can't be a key or value of a file."""
    try:
        check_characters(text)
    except ValueError as error:
        raise ValueError(f"the text {error}") from error
    if _is_blank(text):
        raise ValueError(f"«{text[:100]}» is blank")


def _is_blank(text: str) -> bool:
    """Return whether nothing of a text is printed, or only the quotation marks that folding drops.

    A combining mark alone is no letter either.
    """
    return not _LETTER_OR_DIGIT.search(text) and not any(
        letter not in _INKLESS and unicodedata.category(letter)[0] not in "CMZ"
        for letter in fold(text)
    )
