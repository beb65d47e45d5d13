"""Words for generated documents, in the forms that grammar asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from pymorphy3 import MorphAnalyzer


def _listed(text: Any) -> Any:
    """Return what stands in the file, with every text of several words as a list of them."""
    if isinstance(text, dict):
        return {key: _listed(each) for key, each in text.items()}
    return text.split() if isinstance(text, str) else text


LISTS: Any = _listed(yaml.safe_load((Path(__file__).parent / "words.yaml").read_bytes()))
"""The words of the file by their keys."""

SURNAME_ENDS = (("ов", "ова"), ("ин", "ина"), ("евский", "евская"), ("енко", "енко"), ("ук", "ук"))

_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцыэё", "abvgdeziyklmnoprstufhcyee", strict=True))
    | {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
)


def slug(text: str) -> str:
    """Return a name in Latin letters and hyphens."""
    return text.lower().replace("«", "").replace("»", "").replace(" ", "-").translate(_LATIN)


def towns() -> Iterator[tuple[str, str]]:
    """Yield every town with its country: real ones, the biggest abroad early, then made-up ones."""
    real = LISTS["cities"]
    for rank in range(max(map(len, real.values()))):
        yield from ((names[rank], land) for land, names in real.items() if rank < len(names))
    yield from (
        (start + end, "Россия") for start, end in product(LISTS["town_starts"], LISTS["town_ends"])
    )


@cache
def _morphology() -> MorphAnalyzer:
    return MorphAnalyzer()


def inflected(word: str, case: str, gender: str | None = None, number: str = "sing") -> str:
    """Return a word in a case, an adjective in a gender as well; as it is where it has no such."""
    part = {"NOUN"} if gender is None else {"ADJF"}
    found = [each for each in _morphology().parse(word) if part & {each.tag.POS}]
    asked = {case, number} | ({gender} if gender and number == "sing" else set())
    form = next((form for each in found if (form := each.inflect(asked))), None)
    return form.word if form else word


def place_in(name: str, case: str) -> str:
    """Return a town's name in a case, with its capital."""
    return inflected(name.lower(), case).capitalize() if name[-1] != "о" else name


@dataclass(frozen=True)
class Phrases:
    """Every adjective with some nouns, in the cases that sentences need."""

    nominative: list[str]
    genitive: list[str]
    accusative: list[str]
    instrumental: list[str]
    past: list[str]
    """Verbs in the plural of the past."""


@cache
def phrases() -> Phrases:
    """Inflect the words; the same for everyone who has the same dictionary."""
    cases: dict[str, list[str]] = {}
    for case in ("nomn", "gent", "accs", "ablt"):
        nouns = [(inflected(noun, case), _gender(noun)) for noun in LISTS["nouns"]]
        adjectives = {
            gender: [
                inflected(each, _of_things(case, gender), gender) for each in LISTS["adjectives"]
            ]
            for gender in ("masc", "femn", "neut")
        }
        cases[case] = [
            f"{adjectives[gender][(number * 7 + step) % len(LISTS['adjectives'])]} {noun}"
            for step, (number, (noun, gender)) in product(range(0, 140, 7), enumerate(nouns))
        ]
    past = [_morphology().parse(verb)[0].inflect({"past", "plur"}).word for verb in LISTS["verbs"]]
    return Phrases(cases["nomn"], cases["gent"], cases["accs"], cases["ablt"], past)


def _of_things(case: str, gender: str) -> str:
    """Return the case whose form an adjective of a lifeless thing has."""
    return "nomn" if (case, gender) == ("accs", "masc") else case


def _gender(noun: str) -> str:
    parsed = next((each for each in _morphology().parse(noun) if each.tag.POS == "NOUN"), None)
    return (parsed and parsed.tag.gender) or "masc"
