"""People: who is named, and under which names."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.article import Article, Spans
from seed.draft.morphology import CASES, parses
from seed.draft.names import FullName, Name, capitals, find_initials, find_names
from seed.draft.suggestions import Record, Suggestions, printed_in, record_of
from seed.draft.surnames import nominatives
from seed.draft.tables import GOVERNED

_WORTH_A_GUESS = 0.05
"""The share of the likeliest name's weight from which another one is shown."""

_WITHOUT_PREPOSITION = {"nomn", "gent", "accs"}


class Person(NamedTuple):
    """A person where the article names one: the cases of the name, its gender, and guesses at it.

    The gender is "" where only initials stand beside the surname.
    """

    span: Span
    record: Record
    cases: tuple[str, ...]
    gender: str
    guesses: tuple[str, ...]
    surname: str


def find_people(suggestions: Suggestions, taken: list[Span]) -> list[Person]:
    """Suggest the people of an article; return where it names them, outside of ``taken``."""
    article = suggestions.article
    taken = [*taken, *article.quoted]
    names = list(find_names(article, Spans(taken)))
    weights = _weights(names)
    found = [person for each in names if (person := _person(article, each, weights))]
    taken += [each.span for each in found]
    found += _with_initials(article, Spans(taken), found)
    for each in sorted(found, key=lambda person: ("nomn" not in person.cases, person.span)):
        _suggest(suggestions, each)
    return sorted(found)


def governed_cases(article: Article, offset: int) -> frozenset[str]:
    """Return the cases that the word before an offset governs, none where it governs no case."""
    index = article.index_at(offset) - 1
    if index < 0 or article.text[article.words[index].end : offset].strip(" ."):
        return frozenset()
    return GOVERNED.get(article.words[index].text.lower(), frozenset())


def _weights(names: list[Name]) -> dict[FullName, float]:
    """Return how much speaks for each name: the sum of the scores of all readings that give it."""
    weights: dict[FullName, float] = defaultdict(float)
    for name in names:
        for reading in name.readings:
            for each in reading.names:
                weights[each] += reading.score
    return weights


def _person(article: Article, name: Name, weights: dict[FullName, float]) -> Person | None:
    """Return whom a name means, by its context and by the other names of the article."""
    readings = list(name.readings)
    governed = governed_cases(article, name.span.start)
    gender = _gender_of_verb(article, name.span)
    for is_likely in (
        lambda each: each.case in governed,
        lambda each: each.case == "nomn" and each.gender == gender,
    ):
        readings = [each for each in readings if is_likely(each)] or readings
    guesses = list(dict.fromkeys(each for reading in readings for each in reading.names))
    guesses.sort(key=lambda each: -weights[each])
    least = weights[guesses[0]] * _WORTH_A_GUESS
    guesses = [each for each in guesses if weights[each] >= least]
    chosen = guesses[0]
    record = record_of("person", f"{chosen.first} {chosen.surname}")
    if record is None:
        return None
    readings = [each for each in readings if chosen in each.names]
    cases = tuple(dict.fromkeys(each.case for each in readings))
    texts = tuple(each.text for each in guesses)
    return Person(name.span, record, cases, readings[0].gender, texts, chosen.surname)


def _gender_of_verb(article: Article, span: Span) -> str:
    """Return the gender of a verb right before or behind a name, "" without one."""
    first, behind = article.index_at(span.start), article.index_at(span.end)
    beside = []
    if behind < len(article.words) and not article.between(behind - 1, behind).strip():
        beside.append(article.words[behind])
    if first and not article.between(first - 1, first).strip():
        beside.append(article.words[first - 1])
    for word in beside:
        for each in parses(word.text)[:1]:
            if each.tag.POS == "VERB" and each.tag.gender:
                return str(each.tag.gender)
    return ""


def _with_initials(article: Article, taken: Spans, people: list[Person]) -> Iterator[Person]:
    """Yield the people whose first names are initials; their surnames are taken as printed."""
    full = {(each.guesses[0][0], each.surname): each for each in people}
    for span, initials, printed in find_initials(article, taken):
        governed = governed_cases(article, span.start)
        cases = tuple(case for case in CASES if case in (governed or _WITHOUT_PREPOSITION))
        surnames = [
            capitals(each)
            for case in cases
            for gender in ("masc", "femn")
            for each in nominatives(printed.lower(), gender, case)
        ]
        surname = (surnames or [capitals(printed.lower())])[0]
        if (known := full.get((initials[0], surname))) is not None:
            yield known._replace(span=span, guesses=(), cases=cases)
            continue
        record = record_of("person", f"{initials} {surname}")
        if record is None:
            continue
        in_order = "{1} {0}" if article.of(span).startswith(printed) else "{0} {1}"
        guesses = dict.fromkeys(in_order.format(initials, each) for each in surnames or [surname])
        yield Person(span, record, cases, "", tuple(guesses), surname)


def _suggest(suggestions: Suggestions, person: Person) -> None:
    """Suggest the name of a person, and the form in which it is printed."""
    if not person.guesses:
        return
    name, record, printed = person.guesses[0], person.record, suggestions.article.of(person.span)
    suggestions.add(
        record,
        "name",
        name,
        person.span,
        reason=printed_in(person.cases),
        guesses=person.guesses if len(person.guesses) > 1 else (),
    )
    if printed != name:
        suggestions.add(record, "printed_as", printed, person.span)
    elif suggestions.name_of(record) != name:
        suggestions.add(record, "also_known_as", name, person.span)
