"""The quality of a draft: its facts beside those that a person has written down."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from seed.draft.rules import suggest
from seed.extract.facts_file import KINDS
from tests.helpers import ROOT

ARTICLES = Path(__file__).with_name("articles")
REVIEWED = ROOT / "seed" / "documents" / "omsk-days-pavlodar"


class Line(NamedTuple):
    """A fact without its proof: of which record, and what it says."""

    kind: str
    slug: str
    predicate: str
    what: str


class Quality(NamedTuple):
    """The facts of a draft that a person has written down, the others, and those it lacks."""

    found: set[Line]
    others: set[Line]
    missed: set[Line]

    @property
    def precision(self) -> float:
        """The share of the draft that a person has written down."""
        return len(self.found) / len(self.found | self.others)

    @property
    def recall(self) -> float:
        """The share of what a person has written down that the draft has."""
        return len(self.found) / len(self.found | self.missed)


def quality_of(draft: set[Line], expected: set[Line]) -> Quality:
    """Return the quality of a draft; a record is the same by its id, its name or its words."""
    known: dict[tuple[str, str, str], str] = {
        (line.kind, key, line.what): line.slug
        for line in expected
        for key in ("name", "text")
        if line.predicate == key
    }
    ids = {(line.kind, line.slug) for line in expected}
    same = {
        (line.kind, line.slug): known[line.kind, line.predicate, line.what]
        for line in draft
        if (line.kind, line.predicate, line.what) in known and (line.kind, line.slug) not in ids
    }

    def translated(line: Line) -> Line:
        kind, _, slug = line.what.partition("/")
        what = f"{kind}/{same[kind, slug]}" if (kind, slug) in same else line.what
        return Line(line.kind, same.get((line.kind, line.slug), line.slug), line.predicate, what)

    lines = {translated(line) for line in draft}
    return Quality(lines & expected, lines - expected, expected - lines)


def drafted(folder: Path) -> set[Line]:
    """Return the facts that the rules find in a folder's text."""
    facts = suggest((folder / "text.txt").read_text(encoding="utf-8")).facts()
    return {
        Line(each.record.kind, each.record.slug, each.predicate, each.value or str(each.object))
        for each in facts
    }


def reviewed() -> set[Line]:
    """Return the facts of the article that were reviewed."""
    facts = yaml.load((REVIEWED / "facts.yaml").read_text(encoding="utf-8"), yaml.CBaseLoader)  # noqa: S506 (texts alone)
    return set(_lines(facts, lambda line: (line["predicate"], line.get("value") or line["object"])))


def expected(folder: Path) -> set[Line]:
    """Return the facts that a person has read in an article, before there were rules."""
    facts = yaml.load((folder / "expected.yaml").read_text(encoding="utf-8"), yaml.CBaseLoader)  # noqa: S506
    return set(_lines(facts, lambda line: next(iter(line.items()))))


def _lines(facts: Any, said: Any) -> Iterable[Line]:
    for section, records in facts.items():
        for slug, lines in records.items():
            for line in lines:
                yield Line(KINDS[section], slug, *said(line))


if __name__ == "__main__":
    for folder in (REVIEWED, *sorted(ARTICLES.iterdir())):
        quality = quality_of(
            drafted(folder), reviewed() if folder == REVIEWED else expected(folder)
        )
        print(f"{folder.name}: precision {quality.precision:.2f}, recall {quality.recall:.2f}")
        for sign, lines in (("+", quality.others), ("-", quality.missed)):
            for line in sorted(lines):
                print(f"  {sign} {line.kind}/{line.slug}: {line.predicate} {line.what}")
