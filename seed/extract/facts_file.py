"""A facts file: sections of records by id, each record a list of lines with a fact each."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from app.domain.ids import SLUG
from app.domain.vocabulary import COLLECTIONS, Kind, Support
from seed.errors import Subject
from seed.extract.files import ID_RULE, NonEmpty, is_slug
from seed.extract.problems import Keys, Problem, did_you_mean, validation_problems
from seed.extract.strict_yaml import REJECTED

KINDS: dict[str, Kind] = {
    section: kind for kind, section in COLLECTIONS.items() if kind != "document"
}
"""The sections of a facts file, and the kind of their records."""

Reference = Annotated[str, StringConstraints(pattern=rf"^[a-z]+/{SLUG}$", max_length=120)]


def _as_list(quote: object) -> object:
    return [quote] if isinstance(quote, str) else quote


class FactLine(BaseModel):
    """One fact as its author wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    predicate: NonEmpty
    value: NonEmpty | None = None
    object: Reference | None = None
    quote: Annotated[list[NonEmpty], BeforeValidator(_as_list), Field(min_length=1)]
    within: NonEmpty | None = None
    support: Support = "stated"
    attributed_to: Reference | None = None
    reason: NonEmpty | None = None
    draft: NonEmpty | None = None
    """The mark of a suggestion that nobody has read yet; no line with one is loaded."""


class Place(NamedTuple):
    """The place of a line: its record, and its number among the record's lines."""

    kind: Kind
    slug: str
    number: int

    @property
    def keys(self) -> Keys:
        """The keys that lead to it in the file."""
        return COLLECTIONS[self.kind], self.slug, self.number - 1

    def subject(self, predicate: object) -> Subject:
        """Return what its errors are about."""
        record = f"{self.kind}/{self.slug}"
        return Subject(record, self.number, predicate if isinstance(predicate, str) else "")


def fact_lines(facts: Any) -> Iterator[tuple[Place, FactLine] | Problem]:
    """Yield the lines of a facts file with their places, or what is wrong with them.

    A file of comments alone, which is None, has none.
    """
    if facts is None:
        return
    if not isinstance(facts, dict):
        yield Problem((), "has to be a mapping of sections to their records")
        return
    for section, records in facts.items():
        if records is REJECTED:
            continue
        if section not in KINDS:
            near, question = did_you_mean(section, [*KINDS])
            message = f"«{section}» is no section: {', '.join(KINDS)} are{question}"
            yield Problem((section,), message, suggestion=near, at_key=True)
        elif not isinstance(records, dict):
            yield Problem((section,), f"{section} has to be a mapping of ids to lists of facts")
        else:
            for slug, lines in records.items():
                yield from _record_lines(KINDS[section], slug, lines)


def _is_rejected(value: Any) -> bool:
    """Return whether an error of its file was reported in a value."""
    if isinstance(value, dict):
        value = list(value.values())
    return value is REJECTED or (isinstance(value, list) and any(map(_is_rejected, value)))


def line_at(facts: Any, place: Place) -> FactLine:
    """Return the line of a facts file at a place."""
    section, slug, index = place.keys
    return FactLine.model_validate(facts[section][slug][index])


def _record_lines(kind: Kind, slug: str, lines: Any) -> Iterator[tuple[Place, FactLine] | Problem]:
    record, keys = Subject(f"{kind}/{slug}"), (COLLECTIONS[kind], slug)
    if not is_slug(slug):
        yield Problem(keys, f"is no id, which has {ID_RULE}", record, at_key=True)
    if lines is REJECTED:
        return
    if not isinstance(lines, list) or not lines:
        yield Problem(keys, "has to be a list of one fact at least", record)
        return
    for number, line in enumerate(lines, 1):
        place = Place(kind, slug, number)
        if _is_rejected(line):
            continue
        try:
            fact = FactLine.model_validate(line)
        except ValidationError as error:
            known = line if isinstance(line, dict) else {}
            subject, quote = place.subject(known.get("predicate")), known.get("quote", "")
            names = [*FactLine.model_fields]
            yield from validation_problems(error, names, place.keys, subject, str(quote))
            continue
        if fact.draft:
            wrong = "a suggestion: read it, then remove `draft`"
            yield Problem((*place.keys, "draft"), wrong, place.subject(fact.predicate), at_key=True)
        else:
            yield place, fact
