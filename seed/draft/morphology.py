"""Morphology: the readings of a word, and phrases put into the nominative."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from app.domain.text import fold
from app.search.analysis import morphology

CASES = {
    "nomn": "nominative",
    "gent": "genitive",
    "gen2": "genitive",
    "datv": "dative",
    "accs": "accusative",
    "ablt": "instrumental",
    "loct": "prepositional case",
    "loc2": "prepositional case",
}
"""The cases of pymorphy3, and what a reason calls them."""
_OBLIQUE = CASES.keys() - {"nomn", "accs"}
# pymorphy3 fails on letters without a Unicode name, so it only receives words of these.
_RUSSIAN = re.compile(r"[а-яё]+(-[а-яё]+)*")
_MAX_LENGTH = 60
_ADJECTIVES = {"ADJF", "PRTF"}
_NOMINALS = {"NOUN", "NUMR", *_ADJECTIVES}
PREDICATES = {"VERB", "INFN", "PRTS", "ADJS", "GRND"}

Parse = Any
"""A reading of a word by pymorphy3, which has no types."""


class Phrase(NamedTuple):
    """A reading of a noun phrase: its case, number and gender, and its words in the nominative."""

    case: str
    number: str
    gender: str | None
    nominative: tuple[str, ...]


@lru_cache(maxsize=100_000)
def parses(word: str) -> tuple[Parse, ...]:
    """Return the readings of a word, the likeliest first; none of what isn't Russian."""
    lower = word.lower().replace("‑", "-")
    if len(lower) > _MAX_LENGTH or not _RUSSIAN.fullmatch(lower):
        return ()
    return tuple(morphology().parse(lower))


@lru_cache(maxsize=100_000)
def is_known(word: str) -> bool:
    """Return whether the dictionary has a word."""
    return bool(parses(word)) and bool(morphology().word_is_known(word.lower()))


@lru_cache(maxsize=100_000)
def part_of_speech(word: str) -> str:
    """Return the part of speech of a word's likeliest reading, "" without one."""
    found = parses(word)
    return str(found[0].tag.POS or "") if found else ""


def is_predicate(word: str) -> bool:
    """Return whether a word is most likely a verb, or stands for one: «подписано»."""
    return part_of_speech(word) in PREDICATES


@lru_cache(maxsize=100_000)
def lemmas(word: str) -> frozenset[str]:
    """Return the lemmas of a word, folded."""
    return frozenset(fold(each.normal_form) for each in parses(word))


def is_oblique(word: str) -> bool:
    """Return whether a word may be a noun or an adjective in another case than the first."""
    return part_of_speech(word) in _NOMINALS and any(
        each.tag.case in _OBLIQUE and each.tag.POS in _NOMINALS for each in parses(word)
    )


def is_adjective(word: str) -> bool:
    """Return whether a word is most likely an adjective that describes: no pronoun, no number."""
    return part_of_speech(word) == "ADJF" and any(
        "Apro" not in each.tag and "Anum" not in each.tag for each in parses(word)
    )


def is_pronoun(word: str) -> bool:
    """Return whether a word is most likely a pronoun, such as «нашего»."""
    readings = parses(word)
    return bool(readings) and ("Apro" in readings[0].tag or readings[0].tag.POS == "NPRO")


def like(printed: str, word: str) -> str:
    """Return a word with the capitals of a printed one, and without ё where that has none."""
    if "ё" not in printed.lower():
        word = word.replace("ё", "е")
    parts, models = word.split("-"), printed.replace("‑", "-").split("-")
    if len(parts) != len(models):
        return word.capitalize() if printed[0].isupper() else word
    return "-".join(map(_with_capitals, models, parts))


def _with_capitals(model: str, part: str) -> str:
    if len(model) > 1 and model.isupper():
        return part.upper()
    return part.capitalize() if model[:1].isupper() else part


@lru_cache(maxsize=100_000)
def phrases(*words: str) -> tuple[Phrase, ...]:
    """Return the readings of adjectives and the noun behind them that agree, likeliest first."""
    *adjectives, noun = words
    found: dict[Phrase, None] = {}
    for head in parses(noun):
        if head.tag.POS == "NOUN" and head.tag.case in CASES:
            found.update(dict.fromkeys(_agreeing(adjectives, noun, head)))
    return tuple(found)


def _agreeing(adjectives: Sequence[str], noun: str, head: Parse) -> Iterator[Phrase]:
    tag = head.tag
    nominative = head.inflect({"nomn"})
    if nominative is None:
        return
    number = tag.number or "sing"
    wanted = {"nomn", number} | ({tag.gender} if number == "sing" and tag.gender else set())
    words = []
    for adjective in adjectives:
        reading = next((each for each in parses(adjective) if _agrees(each.tag, tag)), None)
        inflected = reading.inflect(wanted) if reading else None
        if inflected is None:
            return
        words.append(like(adjective, inflected.word))
    yield Phrase(tag.case, number, tag.gender, (*words, like(noun, nominative.word)))


def _agrees(adjective: Any, noun: Any) -> bool:
    if adjective.POS not in _ADJECTIVES or CASES.get(adjective.case) != CASES[noun.case]:
        return False
    if adjective.number != (noun.number or "sing"):
        return False
    if noun.case == "accs" and adjective.animacy not in {None, noun.animacy}:
        return False
    return adjective.number == "plur" or noun.gender in {None, adjective.gender, "ms-f"}
