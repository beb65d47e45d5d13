"""The layout of a facts file: where in its text a section, a record or a fact can be added."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass
class Node:
    """A mapping or a list of a file: the column of its parts, the offset behind its last line.

    It is in braces or brackets where it has no column, and then takes no more lines.
    """

    column: int | None
    behind: int
    line: int
    parts: dict[str, "Node"] = field(default_factory=dict)


def layout(text: str) -> Node | None:
    """Return the layout of a YAML file without a byte order mark, None where it has no value."""
    reader = _Reader(text)
    events = reader.events
    next(events)
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    node, _ = reader.read(next(events))
    return node


class _Reader:
    """Reads nodes of the events of libyaml."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.events: Iterator[Any] = self._events(yaml.CBaseLoader(text))

    @staticmethod
    def _events(loader: Any) -> Iterator[Any]:
        while True:
            yield loader.get_event()

    def read(self, event: Any) -> tuple[Node, int]:
        """Return a node, and the offset where its last part ends."""
        start = event.start_mark
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if not is_mapping and not isinstance(event, yaml.SequenceStartEvent):
            end = event.end_mark.index
            return Node(None, self._behind(end), start.line + 1), end
        end_event = yaml.MappingEndEvent if is_mapping else yaml.SequenceEndEvent
        node = Node(None if event.flow_style else start.column, 0, start.line + 1)
        end, part = start.index, event
        while not isinstance(part := next(self.events), end_event):
            key = part.value if is_mapping else ""
            child, end = self.read(next(self.events) if is_mapping else part)
            if is_mapping:
                node.parts[key] = child
        if event.flow_style:
            mark: Any = part.end_mark
            end = mark.index
        node.behind = self._behind(end)
        return node, end

    def _behind(self, end: int) -> int:
        """Return the offset behind the line that ends at an offset or after it."""
        if end and _LINE_END.fullmatch(self._text[end - 1]):
            return end
        found = _LINE_END.search(self._text, end)
        return found.end() if found else len(self._text)
