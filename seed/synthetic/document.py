"""A generated document: its sentences and facts, and the files they are written to."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.vocabulary import COLLECTIONS
from seed.extract.facts_file import KINDS
from seed.extract.files import FACTS_JSON, METADATA, TEXT
from seed.synthetic.world import Named

Fact = dict[str, str]
"""A line of a facts file."""
Place = tuple[int, str]
"""Where a sentence starts in its text, and the sentence."""
ENTAILED = {"support": "entailed"}


@dataclass
class Document:
    """A document that is being written: sentences, and facts with the sentence of their quote."""

    facts: dict[str, dict[str, list[tuple[Fact, str, int, str]]]] = field(default_factory=dict)
    """By section and id: the fact, the quote, the offset of its sentence, the sentence."""
    _seen: set[tuple[str | None, ...]] = field(default_factory=set)
    _offsets: dict[str, int] = field(default_factory=dict)
    _length: int = 0

    def write(self, sentence: str) -> int:
        """Add a sentence, unless it is there already; return its offset."""
        at = self._offsets.setdefault(sentence, self._length)
        if at == self._length:
            self._length += len(sentence) + 1
        return at

    def say(self, record: str, fact: Fact, quote: str, place: Place) -> bool:
        """Add a fact with a quote from a sentence; return False where it stands here already."""
        key = record, fact["predicate"], fact.get("value"), fact.get("object")
        if key in self._seen:
            return False
        self._seen.add(key)
        kind, _, slug = record.partition("/")
        lines = self.facts.setdefault(COLLECTIONS[kind], {}).setdefault(slug, [])  # type: ignore[index]
        lines.append((fact, quote, *place))
        return True

    def save(self, folder: Path) -> None:
        """Write the three files."""
        folder.mkdir()
        text = "\n".join(self._offsets)
        (folder / TEXT).write_bytes(text.encode())
        title = _json(next(iter(self._offsets)))
        (folder / METADATA).write_bytes(f"title: {title}\nlanguage: ru\n".encode())
        facts = {
            section: {
                slug: [_line(text, *line) for line in lines]
                for slug, lines in self.facts[section].items()
            }
            for section in KINDS
            if section in self.facts
        }
        (folder / FACTS_JSON).write_bytes(_json(facts).encode())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _line(text: str, fact: Fact, quote: str, at: int, sentence: str) -> Fact:
    if sentence.count(quote) > 1:
        quote = sentence
    at += sentence.index(quote)
    is_ambiguous = text.find(quote) != at or text.find(quote, at + 1) >= 0
    return {**fact, "quote": quote} | ({"within": sentence} if is_ambiguous else {})


def value(predicate: str, text: str) -> Fact:
    """Return a fact with a value."""
    return {"predicate": predicate, "value": text}


def relation(predicate: str, other: Named) -> Fact:
    """Return a fact with an object."""
    return {"predicate": predicate, "object": other.reference}
