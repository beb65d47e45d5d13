"""Strict YAML: the part of YAML in which documents are written, read event by event.

A scalar is the text that stands there. What YAML drops or guesses in silence is an error here, and
so are anchors and aliases, by which 500 bytes can stand for gigabytes.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from seed.errors import NOWHERE, ErrorCollector, SeedError
from seed.extract.characters import BYTE_ORDER_MARK, check_value
from seed.extract.problems import location

MAX_DEPTH = 5
"""A facts file has sections of records of facts: a list of mappings, whose quote may be a list."""
_NULLS = {"", "~", "null", "Null", "NULL"}
_COMMENT = re.compile(r"[ \t]+#")


REJECTED = object()
"""The value that stands for one in error."""


def parse(path: Path, text: str) -> Any:
    """Return the value of the one YAML document of a file, None without one.

    Raises SeedErrors for anything else. No error behind that of the syntax is known.
    """
    value, errors = parse_valid(path, text)
    errors.raise_any()
    return value


def parse_valid(path: Path, text: str) -> tuple[Any, ErrorCollector]:
    """Return the value of a file with ``REJECTED`` in it for each error, and the errors.

    Raises SeedErrors for an error of the syntax, and those before it.
    """
    parser = _Parser(path, text)
    value: Any = REJECTED
    with parser.errors.catch():
        try:
            value = parser.document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            at = location(mark) if mark else NOWHERE
            problem = ", ".join(filter(None, (error.context, error.problem)))
            raise SeedError(f"is no valid YAML: {problem}", path, location=at) from error
        except yaml.YAMLError as error:
            raise SeedError(f"is no valid YAML: {' '.join(str(error).split())}", path) from error
    if value is REJECTED:
        parser.errors.raise_any()
    return value, parser.errors


class _Parser:
    """Builds values from the events of libyaml.

    Its node tree takes longer, overflows the stack where a text is deeply nested, and has neither
    anchors nor the tags that change nothing.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.errors = ErrorCollector()
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
            self._reject(more, "a second document begins here")
        return value

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._reject(event, "write the text out: anchors (&) and aliases (*) aren't read")
            if isinstance(event, yaml.AliasEvent):
                return REJECTED
        if event.tag is not None:
            self._reject(event, "write the text alone, in quotation marks: tags (!) aren't read")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            raise self._error(event, f"lists and mappings are nested at most {MAX_DEPTH} deep")
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
            if not isinstance(key, str) and key is not REJECTED:
                raise self._error(start, "a key must be a text")
            if key in values:
                self._reject(start, f"the key «{key[:100]}» stands twice")
            value = self._value(self._next(), depth + 1)
            # No key of a file is empty.
            values |= {"": REJECTED} if key is REJECTED else {key: value}
        return values

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.style:
            if text in _NULLS:
                self._reject(
                    event,
                    f"«{text}» is no value: leave the key out, or put a text in quotation marks",
                )
                return REJECTED
            if _COMMENT.match(self._text, event.end_mark.index):
                self._reject(
                    event,
                    f"«{text[:100]}» ends at a comment: put the text in quotation marks, or the "
                    "comment on a line of its own",
                )
                return REJECTED
        try:
            check_value(text)
        except ValueError as error:
            self._reject(event, str(error))
            return REJECTED
        return text

    def _reject(self, event: Any, message: str) -> None:
        self.errors.add([self._error(event, message)])

    def _error(self, event: Any, message: str) -> SeedError:
        return SeedError(message, self._path, location=location(event.start_mark, event.end_mark))
