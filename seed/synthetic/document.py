"""A generated document: its sentences and facts, and the files they are written to."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.vocabulary import COLLECTIONS
from seed.extract.facts_file import KINDS
from seed.extract.files import FACTS, METADATA, TEXT
from seed.synthetic.world import Named

Place = tuple[int, str]
"""Where a sentence starts in its text, and the sentence."""
ENTAILED = ", support: entailed"


@dataclass
class Document:
    """A document that is being written: sentences, and facts with the sentence of their quote."""

    facts: dict[str, dict[str, list[tuple[str, str, int, str]]]] = field(default_factory=dict)
    """By section and id: what is said, the quote, the offset of its sentence, the sentence."""
    _said: set[str] = field(default_factory=set)
    _offsets: dict[str, int] = field(default_factory=dict)
    _length: int = 0

    def write(self, sentence: str) -> int:
        """Add a sentence, unless it is there already; return its offset."""
        at = self._offsets.setdefault(sentence, self._length)
        if at == self._length:
            self._length += len(sentence) + 1
        return at

    def say(self, record: str, said: str, quote: str, place: Place, more: str = "") -> bool:
        """Add a fact with a quote from a sentence; return False where it stands here already."""
        key = f"{record} {said}"
        if key in self._said:
            return False
        self._said.add(key)
        kind, _, slug = record.partition("/")
        lines = self.facts.setdefault(COLLECTIONS[kind], {}).setdefault(slug, [])  # type: ignore[index]
        lines.append((said + more, quote, *place))
        return True

    def save(self, folder: Path) -> None:
        """Write the three files."""
        folder.mkdir()
        text = "\n".join(self._offsets)
        (folder / TEXT).write_bytes(text.encode())
        title = _quoted(next(iter(self._offsets)))
        (folder / METADATA).write_bytes(f"title: {title}\nlanguage: ru\n".encode())
        lines = []
        for section in KINDS:
            if section in self.facts:
                lines.append(f"{section}:\n")
                for slug, facts in self.facts[section].items():
                    lines.append(f"  {slug}:\n")
                    lines += [_line(text, *fact) for fact in facts]
        (folder / FACTS).write_bytes("".join(lines).encode())


def _quoted(text: str) -> str:
    """Return a text as a scalar of YAML."""
    return json.dumps(text, ensure_ascii=False)


def _line(text: str, said: str, quote: str, at: int, sentence: str) -> str:
    if sentence.count(quote) > 1:
        quote = sentence
    at += sentence.index(quote)
    within = ""
    if text.find(quote) != at or text.find(quote, at + 1) >= 0:
        within = f", within: {_quoted(sentence)}"
    return f"    - {{{said}, quote: {_quoted(quote)}{within}}}\n"


def value(predicate: str, text: str) -> str:
    """Return a predicate and its value, as a facts file has them."""
    return f"predicate: {predicate}, value: {_quoted(text)}"


def relation(predicate: str, other: Named) -> str:
    """Return a predicate and its object, as a facts file has them."""
    return f"predicate: {predicate}, object: {other.reference}"
