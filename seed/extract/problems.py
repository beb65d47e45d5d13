"""Problems of a file by the keys and indexes that lead to them; errors name their lines."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from seed.errors import SeedError
from seed.extract.characters import BYTE_ORDER_MARK

Keys = tuple[int | str, ...]
"""The keys and indexes that lead to a value of a file."""


class Problem(NamedTuple):
    """An error in a value of a file."""

    keys: Keys
    message: str
    record: str = ""
    quote: str = ""


def validation_problems(
    error: ValidationError, keys: Keys = (), record: str = "", quote: str = ""
) -> Iterator[Problem]:
    """Yield all problems that Pydantic has found in the value at ``keys``."""
    for each in error.errors(include_url=False):
        field = ".".join(map(str, each["loc"]))
        message = f"{field}: {each['msg']}" if field else each["msg"]
        message += f" (found: {str(each['input'])[:200]})"
        yield Problem((*keys, *each["loc"]), message, record, quote)


def errors_in(path: Path, text: str, problems: Sequence[Problem]) -> list[SeedError]:
    """Return the errors of problems of a file that was parsed, in the order of its lines."""
    lines = _line_numbers(text, {each.keys for each in problems})
    errors = [
        SeedError(each.message, path, each.record, each.quote, lines[each.keys])
        for each in problems
    ]
    return sorted(errors, key=lambda error: error.line)


def _line_numbers(text: str, places: Collection[Keys]) -> dict[Keys, int]:
    """Return the line of each place, or of the innermost value around a place that isn't there.

    0 stands for the lines that YAML doesn't know: not all JSON is YAML.
    """
    wanted = {keys[:length] for keys in places for length in range(len(keys) + 1)}
    lines: dict[Keys, int] = {(): 0}
    loader: Any = yaml.CBaseLoader(text.removeprefix(BYTE_ORDER_MARK))
    next_event = loader.get_event

    def visit(event: Any, keys: Keys, mark: Any) -> None:
        if keys in wanted:
            lines[keys] = mark.line + 1
        if isinstance(event, yaml.MappingStartEvent):
            while not isinstance(key := next_event(), yaml.MappingEndEvent):
                visit(next_event(), (*keys, key.value), key.start_mark)
        elif isinstance(event, yaml.SequenceStartEvent):
            for index in count():
                if isinstance(item := next_event(), yaml.SequenceEndEvent):
                    break
                visit(item, (*keys, index), item.start_mark)

    with suppress(yaml.YAMLError):
        next_event()
        if isinstance(next_event(), yaml.DocumentStartEvent):
            visit(root := next_event(), (), root.start_mark)
    return {
        keys: next(
            lines[keys[:length]] for length in range(len(keys), -1, -1) if keys[:length] in lines
        )
        for keys in places
    }
