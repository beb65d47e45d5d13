"""Organizations: administrations, departments, museums, schools and delegations."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.spans import Span
from app.domain.text import fold
from seed.draft.article import QUOTES, Article, Spans
from seed.draft.morphology import is_oblique, is_pronoun, lemmas, parses, phrases
from seed.draft.people import Person
from seed.draft.places import Place, governed, likely
from seed.draft.suggestions import Reason, Record, Suggestions, capitalize, printed_in, record_of
from seed.draft.tables import NAMED_AFTER, ORGANIZATIONS, VAGUE_ADJECTIVES

_MAX_COMPLEMENT = 8
_GENITIVE = Reason(
    "The genitive makes it that place's; that it sits there is not said.", "inferred"
)
_PART = Reason("The genitive makes it that body's.")


class Organization(NamedTuple):
    """An organization where the article names it: what sort it is, and whom and what that names."""

    span: Span
    record: Record
    name: str
    cases: tuple[str, ...]
    type: str
    place: Place | None = None
    person: Person | None = None


class _Names(NamedTuple):
    """What an article names beside organizations, by the offset where it begins."""

    taken: Spans
    people: dict[int, Person]
    places: dict[int, Place]
    quoted: Spans


def find_organizations(
    suggestions: Suggestions,
    taken: Sequence[Span],
    people: Sequence[Person],
    places: Sequence[Place],
) -> list[Organization]:
    """Suggest the organizations of an article; return where it names them, outside of ``taken``."""
    article = suggestions.article
    names = _Names(
        Spans(list(taken)),
        {each.span.start: each for each in people},
        {each.span.start: each for each in places},
        Spans(article.quoted),
    )
    found = list(_found(article, names))
    parts: list[tuple[Organization, Span, Place | None, Organization | None]] = []
    for each in reversed(found):
        whole, place, parent = each.span, each.place, None
        if parts and article.text[each.span.end : parts[-1][0].span.start] == " ":
            parent, inner, outer = parts[-1][:3]
            whole, place = Span(each.span.start, inner.end), place or outer
        parts.append((each, whole, place, parent))
    for each, whole, place, parent in sorted(
        parts, key=lambda part: ("nomn" not in part[0].cases, part[1])
    ):
        _suggest(suggestions, each, whole, place)
        if parent:
            suggestions.add(each.record, "parent", parent.record, whole, reason=_PART)
    return found


def kind_of_organization(word: str) -> str:
    """Return what sort of organization a noun means, "" where it means none."""
    return next(
        (ORGANIZATIONS[each] for each in (fold(word), *lemmas(word)) if each in ORGANIZATIONS), ""
    )


def _found(article: Article, names: _Names) -> Iterator[Organization]:
    last = 0
    for index, word in enumerate(article.words):
        kind = kind_of_organization(word.text)
        if not kind or word.start < last or names.taken.at(word.start):
            continue
        quoted = names.quoted.at(word.start)
        found = (
            _quoted(article, quoted, kind) if quoted else _described(article, index, kind, names)
        )
        if found:
            last = found.span.end
            yield found


def _quoted(article: Article, span: Span, kind: str) -> Organization | None:
    """Return an organization whose noun stands in its quoted name: «Центральная школа»."""
    name = article.of(span)[1:-1].strip()
    record = record_of("organization", name)
    return Organization(span, record, name, ("nomn",), kind) if record else None


def _described(article: Article, index: int, kind: str, names: _Names) -> Organization | None:
    """Return an organization by its noun, the adjectives before it and what stands behind it."""
    first = first_adjective(article, index)
    words = tuple(word.text for word in article.words[first : index + 1])
    head_end, start = article.words[index].end, article.words[first].start
    cases: tuple[str, ...] = ("nomn",)
    if words[-1].isupper():
        nominative = " ".join(words)
    elif readings := likely(
        [each for each in phrases(*words) if each.number == "sing"], governed(article, first)
    ):
        nominative = " ".join(readings[0].nominative)
        cases = tuple(dict.fromkeys(each.case for each in readings))
    else:
        return None
    if quoted := names.quoted.at(head_end + 1):
        span = Span(article.words[index].start, quoted.end)
        found = _quoted(article, quoted, kind)
        return found._replace(span=span, cases=cases) if found else None
    end, place, person = _complement(article, index, kind, names)
    is_vague = all(_is_vague(word) for word in words[:-1])
    if end == head_end and (is_vague or kind == "delegation"):
        return None
    name = capitalize(nominative + article.text[head_end:end])
    if record := record_of("organization", name):
        return Organization(Span(start, end), record, name, cases, kind, place, person)
    return None


def first_adjective(article: Article, index: int) -> int:
    """Return the index of the first adjective before a noun that agrees with it and names it."""
    first = article.adjectives_before(index)
    while first < index and (
        lemmas(article.words[first].text) & VAGUE_ADJECTIVES
        or not phrases(*(word.text for word in article.words[first : index + 1]))
    ):
        first += 1
    return first


def _is_vague(adjective: str) -> bool:
    return all("Qual" in each.tag for each in parses(adjective) if each.tag.POS == "ADJF")


def _complement(
    article: Article, index: int, kind: str, names: _Names
) -> tuple[int, Place | None, Person | None]:
    """Return the end of the words that tell which body a noun means, with what they name.

    They are genitives, the name behind «имени», or of a delegation the place behind «из».
    """
    end = article.words[index].end
    for number in range(index + 1, min(len(article.words), index + 1 + _MAX_COMPLEMENT)):
        word, before = article.words[number], article.words[number - 1].text
        gap = article.between(number - 1, number)
        if gap not in {" ", "\xa0"} and (before, gap) != ("им", ". "):
            break
        if place := names.places.get(word.start):
            return place.span.end, place, None
        if (person := names.people.get(word.start)) and before in NAMED_AFTER:
            return person.span.end, None, person
        if word.text in {*NAMED_AFTER, "и", "по"} or (kind == "delegation" and word.text == "из"):
            continue
        if not _is_genitive(word.text) or kind_of_organization(word.text):
            break
        if kind != "delegation":
            end = word.end
    return end, None, None


def _is_genitive(word: str) -> bool:
    return word.islower() and is_oblique(word) and not is_pronoun(word)


def _suggest(
    suggestions: Suggestions, found: Organization, whole: Span, place: Place | None
) -> None:
    """Suggest an organization; ``whole`` is its name with the bodies that it is part of."""
    record, printed = found.record, suggestions.article.of(found.span)
    if printed[-1] in QUOTES:
        suggestions.add(record, "name", found.name, found.span)
        if printed[1:-1].strip() != found.name:
            form = "also_known_as" if "nomn" in found.cases else "printed_as"
            suggestions.add(record, form, printed, found.span)
    elif whole == found.span:
        suggestions.add_name(record, found.name, found.span, found.cases)
    else:
        reason = printed_in(found.cases)
        suggestions.add(record, "name", found.name, found.span, reason=reason)
        if reason:
            suggestions.add(record, "printed_as", suggestions.article.of(whole), whole)
    suggestions.add(record, "type", found.type, found.span)
    if found.person:
        suggestions.add(record, "namesake", found.person.record, found.span)
    if place and found.type == "delegation":
        suggestions.add(record, "origin", place.record, found.span)
    elif place:
        suggestions.add(record, "place", place.record, whole, reason=_GENITIVE)
