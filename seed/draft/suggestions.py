"""Suggestions: the facts that the rules find, each once and with its proof."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.domain.spans import Span
from app.domain.text import fold
from app.domain.vocabulary import PREDICATES, SUBJECTS, Kind, Support
from app.search.romanization import romanize
from seed.draft.article import Article
from seed.draft.morphology import CASES
from seed.draft.proofs import Proof, Quotes

_MAX_SLUG = 80
_MAX_FAILURES = 10
"""The places of a fact whose words can't prove it, after which no other is tried."""
_ORDER = {predicate: number for number, predicate in enumerate(PREDICATES)}
_OTHERS = re.compile(r"[^a-z0-9]+")


class Record(NamedTuple):
    """A record by its kind and id."""

    kind: Kind
    slug: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"


class Reason(NamedTuple):
    """Why words that don't say a fact outright prove it all the same, and how far."""

    text: str
    support: Support = "entailed"


class Mention(NamedTuple):
    """The words of an article that name a record."""

    span: Span
    record: Record


@dataclass(frozen=True)
class Suggestion:
    """A fact that a rule has found; ``guesses`` are the values it has chosen from."""

    record: Record
    predicate: str
    value: str | None
    object: Record | None
    proof: Proof
    reason: Reason | None = None
    attributed_to: Record | None = None
    guesses: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, str | None, str | None, str | None]:
        """What makes it the fact it is, beside its record."""
        speaker = self.attributed_to and str(self.attributed_to)
        return self.predicate, self.value, self.object and str(self.object), speaker


def slug_of(name: str) -> str:
    """Return the id that a name gives, "" where it has no letter or digit to make one of."""
    latin = unicodedata.normalize("NFKD", romanize(fold(name)))
    plain = "".join(letter for letter in latin if not unicodedata.combining(letter))
    slug = _OTHERS.sub("-", plain.lower()).strip("-")
    if len(slug) > _MAX_SLUG:
        slug = slug[: _MAX_SLUG + 1].rpartition("-")[0] or slug[:_MAX_SLUG]
    return slug


def record_of(kind: Kind, name: str) -> Record | None:
    """Return the record that a name gives, None where it gives no id."""
    slug = slug_of(name)
    return Record(kind, slug) if slug else None


def capitalize(name: str) -> str:
    """Return a name with a capital at its beginning."""
    return name[:1].upper() + name[1:]


def printed_in(cases: Collection[str]) -> Reason | None:
    """Return the reason of a name that the text has in one of some cases, None in the first."""
    if "nomn" in cases:
        return None
    names = {CASES[case] for case in cases}
    if len(names) == 1:
        return Reason(f"Printed in the {names.pop()}.")
    return Reason("Not printed in the nominative.")


class Suggestions:
    """Collects the facts of an article; the first of those that say the same stays."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.quotes = Quotes(article)
        self._found: dict[tuple[object, ...], Suggestion] = {}
        self._failures: Counter[tuple[object, ...]] = Counter()

    def add(
        self,
        record: Record,
        predicate: str,
        what: str | Record,
        *spans: Span,
        reason: Reason | None = None,
        speaker: tuple[Record, Span] | None = None,
        guesses: tuple[str, ...] = (),
    ) -> None:
        """Add a fact that the words of ``spans`` prove, unless it is there or can't be proven.

        A claim of a ``speaker`` is attributed, and the words that name the speaker prove it, too.
        """
        value, other = (what, None) if isinstance(what, str) else (None, what)
        said = None if PREDICATES[predicate].single else (value, other)
        key = (record, predicate, said)
        if key in self._found or self._failures[key] >= _MAX_FAILURES:
            return
        proof = self.quotes.prove((*spans, speaker[1]) if speaker else spans)
        if proof is None:
            self._failures[key] += 1
            return
        who = speaker[0] if speaker else None
        self._found[key] = Suggestion(record, predicate, value, other, proof, reason, who, guesses)

    def add_name(self, record: Record, name: str, span: Span, cases: Collection[str]) -> None:
        """Add a name, and the form in which the text prints it in one of ``cases``."""
        printed = self.article.of(span)
        if capitalize(printed) == name:
            self.add(record, "name", name, span)
            return
        self.add(record, "name", name, span, reason=printed_in(cases))
        self.add(record, "printed_as", printed, span)

    def name_of(self, record: Record) -> str | None:
        """Return the name of a record, None without one."""
        found = self._found.get((record, "name", None))
        return found.value if found else None

    def object_of(self, record: Record, predicate: str) -> Record | None:
        """Return the object of a record's only fact with a predicate, None without one."""
        found = self._found.get((record, predicate, None))
        return found.object if found else None

    def facts(self) -> list[Suggestion]:
        """Return the facts about records with a name, and with such as objects alone.

        They stand by kind, in the order in which the text proves the first of a record.
        """
        named = {each.record for each in self._found.values() if each.predicate == "name"}
        facts = [
            each
            for each in self._found.values()
            if {each.record, each.object or each.record, each.attributed_to or each.record} <= named
        ]
        first: dict[Record, int] = {}
        for each in facts:
            start = each.proof.spans[0].start
            first[each.record] = min(start, first.get(each.record, start))
        return sorted(
            facts,
            key=lambda each: (
                SUBJECTS.index(each.record.kind),
                first[each.record],
                each.record.slug,
                _ORDER[each.predicate],
                each.proof.spans,
            ),
        )


def renamed(facts: Iterable[Suggestion], names: dict[Record, Record]) -> list[Suggestion]:
    """Return facts with some records replaced by others."""
    return [
        replace(
            each,
            record=names.get(each.record, each.record),
            object=each.object and names.get(each.object, each.object),
            attributed_to=each.attributed_to and names.get(each.attributed_to, each.attributed_to),
        )
        for each in facts
    ]
