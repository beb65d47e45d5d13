"""Surnames: their declension as a table, by which a printed form leads to its nominatives.

The dictionary has few surnames, and guesses the declension of others as that of common nouns.
"""

import re
from typing import NamedTuple

from seed.draft.morphology import is_known, parses

_CASES = ("gent", "datv", "accs", "ablt", "loct")


class _Declension(NamedTuple):
    """A declension: its genders, the ends of its stems, and the endings of its cases."""

    genders: str
    stem: re.Pattern[str]
    nominative: str
    endings: tuple[str, ...]
    excludes_others: bool = False


def _of(genders: str, stem: str, nominative: str, endings: str) -> _Declension:
    return _Declension(genders, re.compile(f"(?:{stem})$"), nominative, tuple(endings.split()))


_TABLE = (
    _of("masc", "ов|ев|ёв|ин|ын", "", "а у а ым е")._replace(excludes_others=True),
    _of("femn", "ов|ев|ёв|ин|ын", "а", "ой ой у ой ой")._replace(excludes_others=True),
    _of("masc", "ск|цк", "ий", "ого ому ого им ом")._replace(excludes_others=True),
    _of("femn", "ск|цк", "ая", "ой ой ую ой ой")._replace(excludes_others=True),
    _of("masc", "[гкх]", "ий", "ого ому ого им ом"),
    _of("masc", "[жшщчн]", "ий", "его ему его им ем"),
    _of("masc", "[бвдзлмнпрст]", "ый", "ого ому ого ым ом"),
    _of("masc", "[бвгдзклмнпрстх]", "ой", "ого ому ого ым ом"),
    _of("femn", "[бвгдзклмнпрстх]", "ая", "ой ой ую ой ой"),
    _of("femn", "[жшщчн]", "яя", "ей ей юю ей ей"),
    _of("masc", "[бвгджзклмнпрстфхцчшщ]", "", "а у а ом е"),
    _of("masc", "[жшчщц]", "", "а у а ем е"),
    _of("masc", "[аеиоуыэюя]", "й", "я ю я ем е"),
    _of("masc", "[бвдзлмнпрстф]", "ь", "я ю я ем е"),
    _of("masc femn", "[бвдзлмнпрстфц]", "а", "ы е у ой е"),
    _of("masc femn", "[гкхжшчщ]", "а", "и е у ой е"),
    _of("masc femn", "[бвдзлмнпрстфеи]", "я", "и е ю ей е"),
)
_INDECLINABLE = {
    "masc": re.compile(r"(?:[еёиоуыэю]|[иы]х)$"),
    "femn": re.compile(r"(?:[еёиоуыэю]|[бвгджзйклмнпрстфхцчшщь])$"),
}
_OTHER_CASES = {
    "masc": re.compile(
        r"(?:[оеё]в(?:а|ой|у|ым)|[иы]н(?:ой|у|ым)|[^а]го|[оеу]му|[сц]к(?:ая|ую|им|их)|[ыи]е|ую|ая)$"
    ),
    "femn": re.compile(
        r"(?:[оеё]в(?:|ой|у|ым)|[иы]н(?:ой|у|ым)|[^а]го|[оеу]му|[сц]к(?:ий|ой|ую|им)|[ыи]е|ую|ый)$"
    ),
}
_FLEETING = re.compile(r"(?<=[бвгджзклмнпрстфхчшщ])ц$")


def nominatives(printed: str, gender: str, case: str) -> list[str]:
    """Return the nominatives of a surname printed in a case, in small letters, likeliest first."""
    if case not in _CASES:
        return [] if _OTHER_CASES[gender].search(printed) else [printed]
    found = []
    for each in _TABLE:
        ending = each.endings[_CASES.index(case)]
        stem = printed.removesuffix(ending)
        if gender in each.genders and stem != printed and each.stem.search(stem):
            nominative = stem + each.nominative
            if each.excludes_others:
                return [nominative]
            found.append(nominative)
            if not each.nominative and _FLEETING.search(nominative):
                found.append(_FLEETING.sub("ец", nominative))
    if not found and _INDECLINABLE[gender].search(printed):
        found.append(printed)
    known = [each for each in found if _is_nominative(each, gender)]
    return list(dict.fromkeys(known or found))


def _is_nominative(word: str, gender: str) -> bool:
    """Return whether the dictionary has a word as a nominative of a gender."""
    return is_known(word) and any(
        each.tag.case == "nomn" and each.tag.gender in {gender, "ms-f"} for each in parses(word)
    )
