"""Names of people: their words in an article, and the readings of these."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.article import Article, Spans
from seed.draft.morphology import CASES, is_known, parses, part_of_speech
from seed.draft.surnames import nominatives

_SURNAME = r"(?:[А-ЯЁ][а-яё]{1,30}(?:-[А-ЯЁ][а-яё]{1,30})?|[А-ЯЁ]{3,30})"
_INITIALS = r"[А-ЯЁ]\.(?: ?[А-ЯЁ]\.)?"
_WITH_INITIALS = re.compile(
    rf"(?<![\w.])(?P<initials>{_INITIALS}) ?(?P<surname>{_SURNAME})(?!\w)"
    rf"|(?<!\w)(?P<surname_first>{_SURNAME}) (?P<initials_last>[А-ЯЁ]\. ?[А-ЯЁ]\.)"
    r"(?! ?[А-ЯЁ][а-яё]{2})"
)


class FullName(NamedTuple):
    """A name in the nominative, and those of its words that tell people apart."""

    text: str
    first: str
    surname: str


class Reading(NamedTuple):
    """A reading of a name: its case, its gender, and the names that it may be, likeliest first.

    The score is that of the first name's reading in the dictionary, from 0 to 1.
    """

    case: str
    gender: str
    score: float
    names: tuple[FullName, ...]


class Name(NamedTuple):
    """The words of a name, and their readings."""

    span: Span
    readings: tuple[Reading, ...]


class _Part(NamedTuple):
    """A reading of a first name or a patronymic."""

    case: str
    gender: str
    nominative: str
    score: float


def find_names(article: Article, taken: Spans) -> Iterator[Name]:
    """Yield the names of people that stand in none of the spans that are taken."""
    last = 0
    for index in article.capitalized():
        word = article.words[index]
        if word.start < last or taken.at(word.start):
            continue
        name = _first_name_first(article, index) or _surname_first(article, index)
        if name and not taken.at(name.span.end - 1):
            last = name.span.end
            yield name


def find_initials(article: Article, taken: Spans) -> Iterator[tuple[Span, str, str]]:
    """Yield the spans, initials and surnames of names with initials, as printed."""
    for match in _WITH_INITIALS.finditer(article.text):
        initials = match["initials"] or match["initials_last"]
        surname = match["surname"] or match["surname_first"]
        span = Span(*match.span())
        if not taken.at(span.start) and _is_surname(surname, initials):
            yield span, initials, surname


def _is_surname(word: str, initials: str) -> bool:
    """Return whether a word may be a surname: beside one initial, none that means a thing."""
    if part_of_speech(word) not in {"NOUN", "ADJF", "ADJS"} or _is_place(word):
        return False
    is_one = initials.count(".") == 1
    return not (is_one and is_known(word)) or any("Surn" in each.tag for each in parses(word))


def capitals(word: str) -> str:
    """Return a name with a capital at the beginning of each of its parts."""
    return "-".join(part.capitalize() for part in word.split("-"))


def _follow(article: Article, index: int, count: int) -> list[str] | None:
    """Return words with nothing but a space between them, None where there are too few."""
    words = article.words[index : index + count]
    if len(words) < count:
        return None
    for number in range(index, index + count - 1):
        if article.between(number, number + 1) not in {" ", "\xa0"}:
            return None
    return [word.text for word in words]


def _first_name_first(article: Article, index: int) -> Name | None:
    if not _parts(article.words[index].text, "Name"):
        return None
    for count in (3, 2):
        words = _follow(article, index, count)
        if words and (readings := _readings(words[0], words[1:-1], words[-1], "{first} {surname}")):
            return _name(article, index, count, readings)
    return None


def _surname_first(article: Article, index: int) -> Name | None:
    words = _follow(article, index, 3)
    if not words or not _parts(words[1], "Name") or _first_name_first(article, index + 1):
        return None
    readings = _readings(words[1], words[2:], words[0], "{surname} {first}")
    return _name(article, index, 3, readings) if readings else None


def _name(article: Article, index: int, count: int, readings: list[Reading]) -> Name:
    span = Span(article.words[index].start, article.words[index + count - 1].end)
    return Name(span, tuple(readings))


def _readings(first: str, patronymics: list[str], surname: str, order: str) -> list[Reading]:
    """Return the readings in which the words of a name agree."""
    if not re.fullmatch(_SURNAME, surname) or _is_place(surname) or _is_patronymic(surname):
        return []
    found = []
    for part in _parts(first, "Name"):
        middle = [_patronymic(each, part) for each in patronymics]
        surnames = nominatives(surname.lower(), part.gender, part.case)
        if surnames and None not in middle:
            words = " ".join([part.nominative, *map(str, middle)])
            last = [_capitals(each, surname) for each in surnames]
            names = [
                FullName(order.format(first=words, surname=each), part.nominative, each)
                for each in last
            ]
            found.append(Reading(part.case, part.gender, part.score, tuple(names)))
    return found


def _patronymic(word: str, first: _Part) -> str | None:
    return next((e.nominative for e in _parts(word, "Patr") if e[:2] == first[:2]), None)


def _capitals(surname: str, printed: str) -> str:
    """Return a surname with capitals: as printed where that is a nominative in normal case."""
    is_printed = surname == printed.lower() and not printed.isupper()
    return printed if is_printed else capitals(surname)


@lru_cache(maxsize=100_000)
def _parts(word: str, grammeme: str) -> tuple[_Part, ...]:
    """Return the readings of a first name (``Name``) or a patronymic (``Patr``)."""
    if not word[0].isupper() or (grammeme == "Name" and not is_known(word)):
        return ()
    found = []
    readings = [each for each in parses(word) if grammeme in each.tag]
    for each in readings:
        nominative = each.inflect({"nomn"})
        if each.tag.number == "sing" and each.tag.case in CASES and nominative:
            for gender in ("masc", "femn"):
                if each.tag.gender in {gender, "ms-f"}:
                    name = _with_yo_of(word, nominative.word)
                    found.append(_Part(each.tag.case, gender, name, each.score))
    if not found and any(each.tag.gender == "femn" for each in readings):
        # «Гульнар» is to the dictionary a plural of «Гульнара», and to its bearer indeclinable.
        found = [_Part(case, "femn", capitals(word.lower()), 1) for case in CASES]
    return tuple(found)


def _with_yo_of(printed: str, nominative: str) -> str:
    if "ё" not in printed.lower():
        nominative = nominative.replace("ё", "е")
    return capitals(nominative)


def _is_place(surname: str) -> bool:
    readings = parses(surname)
    return is_known(surname) and all("Geox" in each.tag for each in readings)


def _is_patronymic(word: str) -> bool:
    return any("Patr" in each.tag for each in parses(word)[:1])
