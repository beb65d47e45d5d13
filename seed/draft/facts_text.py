"""The text of a facts file with suggestions added to it, and no byte of it changed."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from app.domain.vocabulary import COLLECTIONS
from seed.draft.layout import Node, layout
from seed.draft.suggestions import Suggestion
from seed.errors import Location, SeedError
from seed.extract import strict_yaml
from seed.extract.characters import BYTE_ORDER_MARK
from seed.facts_schema import MODELINE

HEADER = f"""\
{MODELINE}
#
# A draft: rules have found these facts. Read each beside the text; correct it and remove its
# `draft`, or remove the line. Until then a load refuses the file.
"""
BARE = "# Sentences without a fact:"
_PLAIN = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[^\W\d_«][\w «»().…/-]*(?<! )", re.IGNORECASE
)
_LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029")
_Sections = Mapping[str, Mapping[str, Sequence[Suggestion]]]


def add_to(
    path: Path, text: str, facts: Any, added: Sequence[Suggestion], comments: Sequence[str]
) -> str:
    """Return the text of a facts file with suggestions and comments added to it.

    ``facts`` are the value of the file, None without one. Raises SeedError where a part of it
    stands in braces or brackets, so that nothing can be added as a line.
    """
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    body = text.removeprefix(mark)
    newline = "\r\n" if "\r\n" in body else "\n"
    sections: dict[str, dict[str, list[Suggestion]]] = defaultdict(lambda: defaultdict(list))
    for each in added:
        sections[COLLECTIONS[each.record.kind]][each.record.slug].append(each)
    additions = _Additions(path, layout(body), len(body))
    for section, records in sections.items():
        additions.add_section(section, records)
    body = additions.written(body, newline)
    merged = _merged(facts, sections)
    if not merged and facts is None:
        body += f"{{}}{newline}"
    if comments:
        body += newline.join(["" if body.endswith(newline) else newline, BARE, *comments, ""])
    if strict_yaml.parse(path, body) != merged:
        raise SeedError("is written so that no line can be added to it", path)
    return mark + body


class _Additions:
    """Lines to be added to a file, by the offset where they go."""

    def __init__(self, path: Path, root: Node | None, length: int) -> None:
        self._path = path
        self._root = root or Node(0, length, 0)
        self._lines: list[tuple[int, int, list[str]]] = []

    def add_section(self, section: str, records: Mapping[str, Sequence[Suggestion]]) -> None:
        """Add the facts of records to their section, or a new section with them."""
        node = self._root.parts.get(section)
        if node is None:
            column = self._column(self._root, "the file")
            lines = ["", f"{section}:"]
            for slug, facts in records.items():
                lines += _record(slug, facts, 2)
            self._add(self._root, 2, column, lines)
            return
        for slug, facts in records.items():
            record = node.parts.get(slug)
            if record is None:
                self._add(node, 1, self._column(node, section), _record(slug, facts, 0))
            else:
                column = self._column(record, f"{section}/{slug}")
                self._add(record, 0, column, [f"- {line_of(fact)}" for fact in facts])

    def written(self, text: str, newline: str) -> str:
        """Return a text with the lines in it."""
        parts, at = [], 0
        for offset, _, lines in sorted(self._lines, key=lambda each: each[:2]):
            parts.append(text[at:offset])
            if offset == len(text) > at and not text.endswith(_LINE_ENDS):
                parts.append(newline)
            parts += [f"{line}{newline}" for line in lines]
            at = offset
        return "".join([*parts, text[at:]])

    def _add(self, node: Node, rank: int, column: int, lines: Sequence[str]) -> None:
        """Add lines behind a node; those of the innermost one, of the least rank, come first."""
        self._lines.append(
            (node.behind, rank, [" " * column * bool(line) + line for line in lines])
        )

    def _column(self, node: Node, name: str) -> int:
        if node.column is None:
            message = f"{name} stands in braces or brackets: write its parts as lines, to add more"
            raise SeedError(message, self._path, location=Location(node.line))
        return node.column


def comment_of(sentence: str) -> str:
    """Return a sentence as a comment."""
    return "# " + "".join(letter if letter.isprintable() else " " for letter in sentence)


def line_of(fact: Suggestion) -> str:
    """Return a suggestion as a fact in braces, the mark first."""
    line = _fields(fact)
    guesses = line.pop("draft")
    mark = _scalar(guesses) if fact.guesses else "true"
    parts = [f"draft: {mark}", *(f"{key}: {_written(value)}" for key, value in line.items())]
    return "{" + ", ".join(parts) + "}"


def _record(slug: str, facts: Sequence[Suggestion], indent: int) -> list[str]:
    # As a plain text, an id of digits would be a number to editors.
    key = f"'{slug}'" if slug.isdecimal() or not _PLAIN.fullmatch(slug) else slug
    lines = [f"{key}:", *(f"  - {line_of(fact)}" for fact in facts)]
    return [" " * indent + line for line in lines]


def _fields(fact: Suggestion) -> dict[str, Any]:
    """Return the value of a suggestion's line."""
    quotes = list(fact.proof.quotes)
    fields = {
        "draft": " | ".join(fact.guesses) or "true",
        "predicate": fact.predicate,
        "value": fact.value,
        "object": fact.object and str(fact.object),
        "quote": quotes if len(quotes) > 1 else quotes[0],
        "within": fact.proof.within,
        "attributed_to": fact.attributed_to and str(fact.attributed_to),
        "support": fact.reason and fact.reason.support,
        "reason": fact.reason and fact.reason.text,
    }
    return {key: value for key, value in fields.items() if value}


def _merged(facts: Any, sections: _Sections) -> dict[str, Any]:
    """Return the value of a file with suggestions added."""
    merged: dict[str, Any] = deepcopy(facts) if facts else {}
    for section, records in sections.items():
        for slug, added in records.items():
            merged.setdefault(section, {}).setdefault(slug, []).extend(map(_fields, added))
    return merged


def _written(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value)


def _scalar(text: str) -> str:
    """Return a text as a scalar that stands in braces."""
    if _PLAIN.fullmatch(text):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
