"""Strict YAML: the part of YAML in which documents are written, read event by event.

A scalar is the text that stands there. What YAML drops or guesses in silence is an error here, and
so are anchors and aliases, by which 500 bytes can stand for gigabytes.
"""

import re
import unicodedata
from pathlib import Path
from typing import Any, Never

import yaml

from app.domain.text import fold
from seed.errors import SeedError

BYTE_ORDER_MARK = "\ufeff"
_MAX_DEPTH = 5
"""A facts file has sections of records of facts: a list of mappings, whose quote may be a list."""
_NULLS = {"", "~", "null", "Null", "NULL"}
_COMMENT = re.compile(r"[ \t]+#")
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


def parse(path: Path, text: str) -> Any:
    """Return the value of the one YAML document of a file, None without one.

    Raises SeedError, which names the line, for anything else.
    """
    try:
        return _Parser(path, text).document()
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        problem = ", ".join(filter(None, (error.context, error.problem)))
        raise SeedError(f"is no valid YAML: {problem}", path, line) from error
    except yaml.YAMLError as error:
        raise SeedError(f"is no valid YAML: {' '.join(str(error).split())}", path) from error


class _Parser:
    """Builds values from the events of libyaml; nodes between them would take thrice as long."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        # libyaml counts no byte order mark.
        self._text = text.removeprefix(BYTE_ORDER_MARK)
        self._next = yaml.CBaseLoader(self._text).get_event

    def document(self) -> Any:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        value = self._value(self._next(), 1)
        self._next()
        if not isinstance(more := self._next(), yaml.StreamEndEvent):
            self._fail(more, "a second document begins here")
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._fail(event, "write the text out: anchors (&) and aliases (*) aren't read")
        if event.tag is not None:
            self._fail(event, "write the text alone, in quotation marks: tags (!) aren't read")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > _MAX_DEPTH:
            self._fail(event, f"lists and mappings are nested at most {_MAX_DEPTH} deep")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        values = []
        while not isinstance(start := self._next(), yaml.SequenceEndEvent):
            values.append(self._value(start, depth + 1))
        return values

    def _mapping(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(start := self._next(), yaml.MappingEndEvent):
            key = self._value(start, depth + 1)
            if not isinstance(key, str):
                self._fail(start, "a key must be a text")
            if key in values:
                self._fail(start, f"the key «{key[:100]}» stands twice")
            values[key] = self._value(self._next(), depth + 1)
        return values

    def _scalar(self, event: Any) -> str:
        text: str = event.value
        if not event.style:
            if text in _NULLS:
                self._fail(
                    event,
                    f"«{text}» is no value: leave the key out, or put a text in quotation marks",
                )
            if _COMMENT.match(self._text, event.end_mark.index):
                self._fail(
                    event,
                    f"«{text[:100]}» ends at a comment: put the text in quotation marks, or the "
                    "comment on a line of its own",
                )
        try:
            check_characters(text)
        except ValueError as error:
            self._fail(event, f"the text {error}")
        if _is_blank(text):
            self._fail(event, f"«{text[:100]}» is blank")
        return text

    def _fail(self, event: Any, message: str) -> Never:
        raise SeedError(message, self._path, f"line {event.start_mark.line + 1}")


def _is_blank(text: str) -> bool:
    """Return whether nothing of a text is printed, or only the quotation marks that folding drops.

    A combining mark alone is no letter either.
    """
    return not _LETTER_OR_DIGIT.search(text) and not any(
        letter not in _INKLESS and unicodedata.category(letter)[0] not in "CMZ"
        for letter in fold(text)
    )
