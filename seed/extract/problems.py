"""Problems of a file by the keys and indexes that lead to them; errors name their locations."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from seed.errors import NO_SUBJECT, NOWHERE, Location, SeedError, Subject
from seed.extract.characters import BYTE_ORDER_MARK

Keys = tuple[int | str, ...]
"""The keys and indexes that lead to a value of a file."""


class Problem(NamedTuple):
    """An error in a value of a file, or, ``at_key``, in its key."""

    keys: Keys
    message: str
    subject: Subject = NO_SUBJECT
    quote: str = ""
    suggestion: str = ""
    at_key: bool = False


def validation_problems(
    error: ValidationError,
    names: Sequence[str],
    keys: Keys = (),
    subject: Subject = NO_SUBJECT,
    quote: str = "",
) -> Iterator[Problem]:
    """Yield all that Pydantic finds wrong with the value at ``keys``, a mapping of ``names``."""
    for each in error.errors(include_url=False):
        message, suggestion = _in_words(each, names)
        at_key = each["type"] == "extra_forbidden"
        yield Problem((*keys, *each["loc"]), message, subject, quote, suggestion, at_key)


def did_you_mean(word: str, allowed: Sequence[str]) -> tuple[str, str]:
    """Return the allowed word that may be meant, and the question for it; "" where none is near."""
    near = next(iter(get_close_matches(word, allowed, 1)), "")
    return near, f"; did you mean {near}?" if near else ""


def one_of(word: str, allowed: Sequence[str]) -> tuple[str, str]:
    """Return the message that a word isn't an allowed one, and the one that may be meant."""
    near, question = did_you_mean(word, allowed)
    return f"«{word}» is not one of: {', '.join(allowed)}{question}", near


def _in_words(error: ErrorDetails, names: Sequence[str]) -> tuple[str, str]:
    """Return the words of an error of Pydantic, and a suggestion."""
    name, kind = ".".join(map(str, error["loc"])), error["type"]
    found = str(error["input"])[:200]
    if kind == "extra_forbidden":
        message, near = one_of(name, names)
        return f"the key {message}", near
    if kind == "literal_error":
        message, near = one_of(found, re.findall("'([^']*)'", error["ctx"]["expected"]))
        return f"`{name}`: {message}", near
    if kind in {"string_pattern_mismatch", "string_too_long"}:
        return f"`{name}`: «{found}» is not {_FORMS[name]}", ""
    return _WORDS[kind].format(name=name, names=", ".join(names)), ""


_WORDS = {
    "missing": "lacks `{name}`",
    "list_type": "`{name}` has to be a text, or a list of texts",
    "model_type": "has to be a mapping of {names}",
    "string_too_short": "`{name}` is empty",
    "string_type": "`{name}` has to be a text",
    "too_short": "`{name}` is empty",
}
_FORMS = {
    "attributed_to": "a person, such as person/ivanov",
    "language": "a code of two or three letters, such as ru",
    "object": "a kind and an id, such as place/omsk",
}


def errors_in(path: Path, text: str, problems: Sequence[Problem]) -> list[SeedError]:
    """Return the errors of problems of a file that was parsed, in the order of the file."""
    values, keys = _locations(text, {each.keys for each in problems})
    errors = [
        SeedError(
            each.message,
            path,
            each.subject,
            each.quote,
            _innermost(keys if each.at_key else values, each.keys),
            each.suggestion,
        )
        for each in problems
    ]
    return sorted(errors, key=lambda error: error.location[:2])


def _innermost(locations: Mapping[Keys, Location], keys: Keys) -> Location:
    """Return the location of a value, or the start of the innermost one around a missing value."""
    if keys in locations:
        return locations[keys]
    around = (locations.get(keys[:length]) for length in range(len(keys) - 1, -1, -1))
    return Location(*next(filter(None, around), NOWHERE)[:2])


def location(start: Any, end: Any | None = None) -> Location:
    """Return the location between two marks of libyaml, which count from 0."""
    last = (end.line + 1, end.column + 1) if end else (0, 0)
    return Location(start.line + 1, start.column + 1, *last)


def _locations(
    text: str, places: Collection[Keys]
) -> tuple[dict[Keys, Location], dict[Keys, Location]]:
    """Return the locations of values, and of their keys: of ``places`` and of all around them.

    There are none of JSON that isn't YAML.
    """
    wanted = {keys[:length] for keys in places for length in range(len(keys) + 1)}
    values: dict[Keys, Location] = {}
    names: dict[Keys, Location] = {}
    loader: Any = yaml.CBaseLoader(text.removeprefix(BYTE_ORDER_MARK))
    next_event = loader.get_event

    def visit(event: Any, keys: Keys) -> None:
        if keys in wanted:
            end = event.end_mark if isinstance(event, yaml.ScalarEvent) else None
            values[keys] = location(event.start_mark, end)
        if isinstance(event, yaml.MappingStartEvent):
            while not isinstance(key := next_event(), yaml.MappingEndEvent):
                if (inner := (*keys, key.value)) in wanted:
                    names[inner] = location(key.start_mark, key.end_mark)
                visit(next_event(), inner)
        elif isinstance(event, yaml.SequenceStartEvent):
            for index in count():
                if isinstance(item := next_event(), yaml.SequenceEndEvent):
                    break
                visit(item, (*keys, index))

    with suppress(yaml.YAMLError):
        next_event()
        if isinstance(next_event(), yaml.DocumentStartEvent):
            visit(next_event(), ())
    return values, names
