"""The words of the rules, read from ``words.toml``."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from app.domain.text import fold

_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


class EventNoun(NamedTuple):
    """A noun that means an event where an adjective stands before it, or some words behind it."""

    type: str
    adjectives: frozenset[str]
    followed_by: tuple[str, ...]


def _set(text: str) -> frozenset[str]:
    return frozenset(map(fold, text.split()))


COMPANY_NOUNS = _set(_DATA["companies"]["nouns"])
OTHER_LEGAL_FORMS: list[str] = _DATA["companies"]["other_forms"].split()
BRANDS: list[str] = _DATA["companies"]["brands"]
POSTS = _set(_DATA["posts"]["public"])
LEADERS = _set(_DATA["posts"]["leaders"])
POST_ADJECTIVES = _set(_DATA["posts"]["adjectives"])
POST_PREPOSITIONS = _set(_DATA["posts"]["prepositions"])
NAMED_AFTER = _set(_DATA["posts"]["named_after"])
GENERIC_TERRITORIES = _set(_DATA["posts"]["generic"])
ORGANIZATIONS: dict[str, str] = {
    fold(noun): kind for kind, nouns in _DATA["organizations"].items() for noun in nouns.split()
}
VAGUE_ADJECTIVES = _set(_DATA["vague"]["adjectives"])
VENUES = _set(_DATA["places"]["venues"])
REGIONS = _set(_DATA["places"]["regions"])
NOT_PLACES = _set(_DATA["places"]["nature"])
COUNTRY_ADJECTIVES: dict[str, str] = {
    adjective: country for country, adjective in _DATA["countries"].items()
}
EVENTS: dict[str, EventNoun] = {
    fold(noun): EventNoun(
        rule["type"], _set(rule.get("adjectives", "")), tuple(rule.get("followed_by", ()))
    )
    for noun, rule in _DATA["events"].items()
}
AGREEMENTS = _set(_DATA["agreements"]["nouns"])
SPEECH = _set(_DATA["verbs"]["speech"])
TAKING_PLACE = _set(_DATA["verbs"]["taking_place"])
BEGINNING = _set(_DATA["verbs"]["beginning"])
ADVERBS = _set(_DATA["verbs"]["adverbs"])
HEADING = _set(_DATA["verbs"]["heading"])
SIGNING = _set(_DATA["verbs"]["signing"])
MONTHS: dict[str, int] = {
    name: number for number, name in enumerate(_DATA["dates"]["months"].split(), 1)
}
DATE_LIMITS = _set(_DATA["dates"]["limits"])
GOVERNED: dict[str, frozenset[str]] = {
    word: frozenset(cases.split())
    for cases, words in _DATA["prepositions"].items()
    for word in words.split()
}
"""The cases that a preposition governs."""
