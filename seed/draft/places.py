"""Places: cities, regions and countries by their names, and buildings by their kind."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.spans import Span
from app.domain.text import fold
from seed.draft.article import Article, Spans
from seed.draft.morphology import Phrase, is_adjective, lemmas, parses, phrases
from seed.draft.suggestions import Reason, Record, Suggestions, capitalize, record_of
from seed.draft.tables import COUNTRY_ADJECTIVES, GOVERNED, NOT_PLACES, REGIONS, VENUES

_CITY = re.compile(r"(?<!\w)(?:г\. ?|(?P<noun>[Гг]ород(?:а|у|ом|е)?) )(?=[А-ЯЁ][а-яё])")
_ATTRIBUTE = Reason("An adjective of one country alone stands as attribute before the name.")
_PEOPLE = ("Surn", "Name", "Patr")


class Place(NamedTuple):
    """A place where the article names it: its name, the cases that it may be printed in."""

    span: Span
    record: Record
    name: str
    cases: tuple[str, ...]
    is_building: bool = False


def find_places(suggestions: Suggestions, taken: Sequence[Span]) -> list[Place]:
    """Suggest the places of an article; return where it names them, outside of ``taken``."""
    article = suggestions.article
    venues = [each._replace(is_building=True) for each in _venues(article, Spans(taken))]
    taken = [*taken, *article.quoted, *(each.span for each in venues)]
    regions = list(_regions(article, Spans(taken)))
    taken = [*taken, *(each.span for each in regions)]
    cities = list(_cities(article, Spans(taken)))
    names = {fold(place.name): place.name for _, place in cities}
    found = sorted([*venues, *regions, *_named(article, Spans(taken), names)])
    for place in sorted(found, key=lambda each: (article.of(each.span) != each.name, each.span)):
        suggestions.add_name(place.record, place.name, place.span, place.cases)
    for kind, places in (("venue", venues), ("region", regions)):
        for place in places:
            suggestions.add(place.record, "type", kind, place.span)
    for span, place in cities:
        suggestions.add(place.record, "type", "city", span)
    _suggest_parents(suggestions, found, venues)
    return found


def governed(article: Article, index: int) -> frozenset[str]:
    """Return the cases that the word before a word governs, none where it governs no case."""
    if not index or article.between(index - 1, index) not in {" ", "\xa0"}:
        return frozenset()
    return GOVERNED.get(article.words[index - 1].text.lower(), frozenset())


def likely(readings: Sequence[Phrase], cases: frozenset[str]) -> list[Phrase]:
    """Return the readings in some cases, or all where none is; of those, the first's name alone."""
    found = [each for each in readings if each.case in cases] or list(readings)
    return [each for each in found if each.nominative == found[0].nominative]


def _place(span: Span, name: str, readings: Sequence[Phrase]) -> Iterator[Place]:
    record = record_of("place", name)
    if record:
        yield Place(span, record, name, tuple(dict.fromkeys(each.case for each in readings)))


def _cities(article: Article, taken: Spans) -> Iterator[tuple[Span, Place]]:
    """Yield the cities that the text calls so, with the words that do."""
    for match in _CITY.finditer(article.text):
        index = article.index_at(match.end())
        if taken.at(match.start()) or taken.at(match.end()):
            continue
        words = _with_second(article, index)
        cases = frozenset(
            each.tag.case for each in parses(match["noun"] or "") if each.tag.case
        ) or governed(article, article.index_at(match.start()))
        readings = [each for each in phrases(*words) if each.number == "sing"]
        if readings := likely(readings, cases):
            end = article.words[index + len(words) - 1].end
            for place in _place(Span(match.end(), end), " ".join(readings[0].nominative), readings):
                yield Span(match.start(), end), place


def _with_second(article: Article, index: int) -> tuple[str, ...]:
    """Return a word, with the next one where it is an adjective of that: «Нижний Новгород»."""
    word = article.words[index].text
    if index + 1 < len(article.words) and article.between(index, index + 1) == " ":
        second = article.words[index + 1].text
        if second[0].isupper() and is_adjective(word) and phrases(word, second):
            return word, second
    return (word,)


def _named(article: Article, taken: Spans, cities: dict[str, str]) -> Iterator[Place]:
    """Yield the places that the dictionary knows, or the text has called a city."""
    last = 0
    for index in article.capitalized():
        word = article.words[index]
        if word.start < last or taken.at(word.start):
            continue
        words = _with_second(article, index)
        readings = [each for each in phrases(*words) if _is_city(each, cities)]
        if not readings and _is_place(words[-1], article.opens_sentence(index)):
            lemma = {each.normal_form for each in parses(words[-1]) if "Geox" in each.tag}
            readings = [each for each in phrases(*words) if each.nominative[-1].lower() in lemma]
        if readings := likely(readings, governed(article, index)):
            last = article.words[index + len(words) - 1].end
            name = " ".join(readings[0].nominative)
            yield from _place(Span(word.start, last), cities.get(fold(name), name), readings)


def _is_city(reading: Phrase, cities: dict[str, str]) -> bool:
    return reading.number == "sing" and fold(" ".join(reading.nominative)) in cities


def _is_place(word: str, opens_sentence: bool) -> bool:
    """Return whether the dictionary takes a word for a place's name, and for nobody's."""
    readings = parses(word)
    if lemmas(word) & NOT_PLACES or any(name in each.tag for each in readings for name in _PEOPLE):
        return False
    nouns = [each for each in readings if each.tag.POS == "NOUN"]
    are_places = ["Geox" in each.tag for each in nouns]
    return any(are_places) and (all(are_places) or (are_places[0] and not opens_sentence))


def _regions(article: Article, taken: Spans) -> Iterator[Place]:
    """Yield the regions whose names are an adjective and a noun: «Омская область»."""
    for index in article.capitalized():
        word = article.words[index]
        if taken.at(word.start) or index + 1 == len(article.words):
            continue
        noun = article.words[index + 1]
        if lemmas(noun.text) & REGIONS and article.between(index, index + 1) == " ":
            readings = [each for each in phrases(word.text, noun.text) if each.number == "sing"]
            if readings := likely(readings, governed(article, index)):
                name = " ".join(readings[0].nominative)
                yield from _place(Span(word.start, noun.end), name, readings)


def _venues(article: Article, taken: Spans) -> Iterator[Place]:
    """Yield the buildings: «ледовая арена «Астана»», «Дом Дружбы», «Дом культуры «Заря»»."""
    quoted = {span.start: span for span in article.quoted}
    for index, word in enumerate(article.words):
        if taken.at(word.start) or not lemmas(word.text) & VENUES:
            continue
        # «Дом» with a capital begins a name, and «дом» with a small letter stands before one.
        is_proper = word.text[0].isupper()
        if is_proper and not _is_genitive_behind(article, index):
            continue
        first = index if is_proper else article.adjectives_before(index)
        end = article.words[index + is_proper].end
        name_in_quotes = quoted.get(end + 1)
        if name_in_quotes:
            end = name_in_quotes.end
        elif not is_proper:
            continue
        words = [each.text for each in article.words[first : index + 1]]
        readings = [each for each in phrases(*words) if each.number == "sing"]
        if readings := likely(readings, governed(article, first)):
            name = " ".join(readings[0].nominative) + article.text[word.end : end]
            yield from _place(Span(article.words[first].start, end), capitalize(name), readings)


def _is_genitive_behind(article: Article, index: int) -> bool:
    if index + 1 == len(article.words) or article.between(index, index + 1) != " ":
        return False
    readings = parses(article.words[index + 1].text)
    return any(each.tag.case == "gent" and each.tag.POS == "NOUN" for each in readings)


def _suggest_parents(
    suggestions: Suggestions, places: Sequence[Place], venues: Sequence[Place]
) -> None:
    """Suggest the countries that adjectives name, and the cities that follow buildings."""
    article = suggestions.article
    starts = {place.span.start: place for place in places}
    for place in places:
        index = article.index_at(place.span.start) - 1
        if index < 0:
            continue
        word = article.words[index]
        country = next(
            (COUNTRY_ADJECTIVES[each] for each in lemmas(word.text) if each in COUNTRY_ADJECTIVES),
            None,
        )
        if country and place not in venues and (parent := record_of("place", country)):
            span = Span(word.start, place.span.end)
            suggestions.add(place.record, "parent", parent, span, reason=_ATTRIBUTE)
    for venue in venues:
        city = starts.get(venue.span.end + len(" в "))
        if city and article.text.startswith(" в ", venue.span.end):
            span = Span(venue.span.start, city.span.end)
            suggestions.add(venue.record, "parent", city.record, span)
