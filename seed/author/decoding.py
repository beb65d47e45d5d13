"""Decoding: a file in any of the usual encodings as the text that a document may have."""

import codecs
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from seed.errors import SeedError
from seed.extract.characters import check_characters

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NAMES = {
    "cp1251": "windows-1251",
    "koi8_r": "KOI8-R",
    "utf-16": "UTF-16",
    "utf_16_be": "UTF-16BE",
    "utf_16_le": "UTF-16LE",
}
_HIGH_BYTES = b"\0\4"
"""The high bytes of Latin and Cyrillic letters in UTF-16, which are no letters elsewhere."""


class Decoded(NamedTuple):
    """A text, and what was done to a file for it, a line each."""

    text: str
    steps: list[str]


def decode(path: Path, content: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of a file; raise SeedError where its encoding is unknown, or it is no text.

    Without ``encoding`` it is that of the byte order mark, UTF-8 if the file is that, or the most
    likely of the others. Line ends become LF, and letters Unicode's composed ones (NFC).
    """
    mark = next((each for each in _MARKS if content.startswith(each)), b"")
    used = encoding or _MARKS.get(mark) or _detected(path, content)
    try:
        text = content.decode(used)
    except (LookupError, UnicodeError) as error:
        raise SeedError(f"can't be decoded as {used}: {_reason(error)}", path) from error
    steps = []
    if used not in {"utf-8", "utf-8-sig"}:
        how = "" if encoding or mark else ", the most likely encoding"
        steps.append(f"decoded as {_NAMES.get(used, used)}{how}")
    is_marked = text[:1] == "\ufeff"
    if is_marked:
        text = text[1:]
    # Without an encoding that is asked for, the codec of a mark has dropped it already.
    if mark and (is_marked or not encoding):
        steps.append("dropped the byte order mark")
    text = _mended(text, steps)
    try:
        check_characters(text)
    except ValueError as error:
        raise SeedError(f"is no text: it {error}", path) from error
    return Decoded(text, steps)


def _detected(path: Path, content: bytes) -> str:
    for encoding, high in (("utf_16_le", content[1::2]), ("utf_16_be", content[::2])):
        if 2 * sum(map(high.count, _HIGH_BYTES)) > len(high):
            return encoding
    try:
        content.decode()
    except UnicodeDecodeError:
        found = from_bytes(content, cp_isolation=["cp1251", "koi8_r"]).best()
    else:
        return "utf-8"
    if found is None:
        known = "UTF-8, UTF-16, windows-1251 or KOI8-R"
        raise SeedError(f"is no text in {known}: name its encoding with --encoding", path)
    return found.encoding


def _reason(error: LookupError | UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{error.reason} at byte {error.start}"
    return str(error)


def _mended(text: str, steps: list[str]) -> str:
    """Return a text with LF and composed letters; add what was done to ``steps``."""
    text, count = re.subn("\r\n?", "\n", text)
    if count:
        steps.append("turned line ends (CRLF, CR) into LF")
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        steps.append("composed letters with their accents (Unicode NFC)")
    return composed
