"""Events: Days of a city, missions, exhibitions and matches."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.article import Article, Spans, closed
from seed.draft.morphology import is_oblique, is_predicate, lemmas, phrases
from seed.draft.organizations import Organization, first_adjective
from seed.draft.people import Person
from seed.draft.places import Place, governed, likely
from seed.draft.suggestions import Reason, Record, Suggestions, capitalize, record_of
from seed.draft.tables import EVENTS, HEADING, EventNoun

_DAYS = re.compile(r"(?<!\w)(?P<days>Дни|Дней|Дням|Днями|Днях) города (?=[А-ЯЁ])")
_DAYS_CASES = {"Дни": "nomn", "Дней": "gent", "Дням": "datv", "Днями": "ablt", "Днях": "loct"}
_HONOUR = Reason("The genitive names the city whose Days they are and not where they took place.")
_MAX_CHAIN = 10
_MAX_HEADING = 300


class Event(NamedTuple):
    """An event where the article names it."""

    span: Span
    record: Record
    name: str
    cases: tuple[str, ...]
    type: str
    alias: str = ""


def find_events(
    suggestions: Suggestions, places: Sequence[Place], taken: Sequence[Span]
) -> list[Event]:
    """Suggest the events of an article; return where it names them, outside of ``taken``."""
    article = suggestions.article
    days = list(_days(suggestions, {each.span.start: each for each in places}))
    found = sorted([*days, *_described(article, Spans([*taken, *(each.span for each in days)]))])
    for each in sorted(found, key=lambda event: ("nomn" not in event.cases, event.span)):
        suggestions.add_name(each.record, each.name, each.span, each.cases)
        suggestions.add(each.record, "type", each.type, each.span)
        if each.alias:
            suggestions.add(each.record, "also_known_as", each.alias, each.span)
    return found


def suggest_heads(
    suggestions: Suggestions,
    people: Sequence[Person],
    headed: Sequence[Event | Organization],
) -> None:
    """Suggest who headed what: «делегацию возглавил мэр …»."""
    article = suggestions.article
    persons, objects = Spans([each.span for each in people]), Spans([each.span for each in headed])
    by_span = {each.span: each for each in people}
    what = {each.span: each for each in headed}
    for word in article.words:
        if not lemmas(word.text) & HEADING or not is_predicate(word.text):
            continue
        sentence = article.sentence_at(word.start)
        before = [
            each
            for span in objects.inside(Span(sentence.start, word.start))
            if "accs" in (each := what[span]).cases
        ]
        behind = persons.inside(Span(word.end, min(sentence.end, word.end + _MAX_HEADING)))
        if len(before) != 1 or not behind or "nomn" not in by_span[behind[0]].cases:
            continue
        proof = Span(before[0].span.start, behind[0].end)
        predicate = "leader" if before[0].record.kind == "organization" else "head"
        suggestions.add(before[0].record, predicate, by_span[behind[0]].record, proof)


def _days(suggestions: Suggestions, places: dict[int, Place]) -> Iterator[Event]:
    """Yield the Days of cities, and suggest in whose honour they are."""
    for match in _DAYS.finditer(suggestions.article.text):
        city = places.get(match.end())
        if city is None:
            continue
        span = Span(match.start(), city.span.end)
        name = "Дни" + suggestions.article.text[match.end("days") : span.end]
        if record := record_of("event", name):
            suggestions.add(record, "honoree", city.record, span, reason=_HONOUR)
            yield Event(span, record, name, (_DAYS_CASES[match["days"]],), "city_days")


def _described(article: Article, taken: Spans) -> Iterator[Event]:
    """Yield the events that a noun names, with the adjectives before it and what stands behind."""
    last = 0
    quoted = Spans(article.quoted)
    for index, word in enumerate(article.words):
        rule = next((EVENTS[each] for each in lemmas(word.text) if each in EVENTS), None)
        if rule is None or word.start < last or taken.at(word.start) or quoted.at(word.start):
            continue
        first, end = _first_adjective(article, index, rule), _end(article, index, rule, quoted)
        is_event = first < index or end > word.end or not (rule.adjectives or rule.followed_by)
        words = [each.text for each in article.words[first : index + 1]]
        readings = [each for each in phrases(*words) if each.number == "sing"]
        readings = likely(readings, governed(article, first)) if is_event else []
        if not readings:
            continue
        last = end
        name = capitalize(" ".join(readings[0].nominative) + article.text[word.end : end])
        span, cases = Span(article.words[first].start, end), (each.case for each in readings)
        name_inside = quoted.at(word.end + 1)
        alias = article.of(name_inside)[1:-1].strip() if name_inside and end > word.end else ""
        if record := record_of("event", alias or name):
            yield Event(span, record, name, tuple(dict.fromkeys(cases)), rule.type, alias)


def _first_adjective(article: Article, index: int, rule: EventNoun) -> int:
    if "*" not in rule.adjectives and not (
        index and lemmas(article.words[index - 1].text) & rule.adjectives
    ):
        return index
    return first_adjective(article, index)


def _end(article: Article, index: int, rule: EventNoun, quoted: Spans) -> int:
    """Return the end of the words behind a noun that tell which event it means."""
    end = article.words[index].end
    name = quoted.at(end + 1)
    if "name" in rule.followed_by and name and name.start == end + 1:
        return name.end
    following = article.words[index + 1 : index + 1 + _MAX_CHAIN]
    if not following or article.text[end : following[0].start] != " ":
        return end
    if following[0].text in rule.followed_by:
        return following[0].end
    if "between" in rule.followed_by and following[0].text == "между":
        behind = article.clause_end(index)
        return closed(article.text, Span(end, article.words[behind - 1].end)).end
    if "genitives" in rule.followed_by:
        for number, word in enumerate(following, index + 1):
            is_part = word.text.islower() and is_oblique(word.text) and not is_predicate(word.text)
            if article.between(number - 1, number) != " " or not (is_part or word.text == "и"):
                break
            end = word.end if is_part else end
    return end
