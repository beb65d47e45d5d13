"""Tokens: what search keeps of a text and asks for, made once in Python for every database.

A word is kept as it is printed, as every lemma it can be a form of, and in Latin letters under a
key that all usual romanisations share. SQLite's and PostgreSQL's own engines only match tokens.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pymorphy3 import MorphAnalyzer

from app.text import KEY_LENGTH, fold

# What stands inside a word without being seen, or only marks the letter before it.
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
_LETTERS = rf"(?:[^\W_][\u0300-\u036f{_UNSEEN}]*)+"
_WORD = re.compile(rf"{_LETTERS}(?:[-‐‑‒–'’ʹʼ`]{_LETTERS})*")
_PART = re.compile(_LETTERS)
_DROPPED = re.compile(rf"[{_UNSEEN}]")
_CYRILLIC = re.compile(r"[а-яёәғқңөұүһіїєґў]")
# What pymorphy3 may be asked: it fails at letters that Unicode has no names for.
_RUSSIAN = re.compile(r"[а-яё]+")
_LATIN = re.compile(r"[a-z]")
# Latin letters that are drawn like Cyrillic ones, capital or small.
_LOOKALIKES = str.maketrans("abcehkmoptuxy", "авсенкмортиху")
_CARONS = str.maketrans({"č": "ch", "š": "sh", "ž": "zh", "ě": "e", "ë": "e"})
_LONGEST = 60
SHORTEST_CORRECTED = 4
"""The shortest word, in letters, in which a slip is looked for: shorter ones are all alike."""

_ROMAN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
        **dict(zip("әғқңөұүһієґў", "agknouuhieg" + "u", strict=True)),
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ї": "yi",
        "ю": "yu",
        "я": "ya",
        "ь": "",
        "ъ": "",
    }
)
# Rules in this order make one key of all romanisations of a name; capitals stand for sounds that
# take two letters, until all rules are through.
_ALIKE = [
    (re.compile(rule), key)
    for rule, key in (
        ("[’'ʹʼ`]", ""),
        ("tsch|tch", "ch"),
        ("shch|sch|sh", "S"),
        ("zh", "Z"),
        ("kh", "h"),
        ("ch", "C"),
        ("t[sz]|cz", "T"),
        ("ck", "k"),
        ("c(?=[eiy])", "T"),
        ("[cq]", "k"),
        ("x", "ks"),
        ("ph", "f"),
        ("w", "v"),
        ("[yj]e", "e"),
        ("[yj]o", "io"),
        ("[yij]+", "i"),
        (r"(.)\1+", r"\1"),
    )
]
# How a romanised word may have been spelt in Cyrillic, to look its lemma up.
_BACK = [
    (re.compile(rule), letter)
    for rule, letter in (
        ("shch|sch", "щ"),
        ("zh", "ж"),
        ("kh|x", "х"),
        ("ts|tz|c(?=[eiy])", "ц"),
        ("ch", "ч"),
        ("sh", "ш"),
        ("ya|ja|ia", "я"),
        ("yu|ju|iu", "ю"),
        ("yo|jo", "е"),
        ("[yj]e", "е"),
        ("[iy][yj]", "ий"),
        ("(?<=[aeiouаеиоуяю])[yj]", "й"),
        ("sky$", "ский"),
        ("'", "ь"),
    )
]
_BACK_ONE = str.maketrans("abvwgdezijklmnoprstufyhcq", "абввгдезийклмнопрстуфыхкк")
# A Latin letter that the next one could still turn into another sound.
_UNFINISHED = {"c": "CTk", "s": "sS", "z": "zZ", "k": "kh", "t": "tT", "y": "ie", "j": "ie"}

_FORMS = frozenset(
    "ао гкп гку гуп зао ип кгп кгу муп нао нпо нпп нпф нтф оао ооо пао тоо фгуп".split()  # noqa: SIM905
)
LEGAL_FORMS = _FORMS | {"llc", "llp", "ltd", "jsc", "inc"}
"""Abbreviations before a name that make no difference to who is meant."""


class Word(NamedTuple):
    """A word of a text: its range in code points, and the word folded to compare."""

    start: int
    end: int
    text: str


@lru_cache(maxsize=200_000)
def _plain(printed: str) -> str:
    """Return a printed word folded, its Latin look-alikes among Cyrillic letters put right."""
    text = fold(_DROPPED.sub("", unicodedata.normalize("NFKC", printed))).replace("-", "")
    text = "".join(letter for letter in text if letter.isalnum()).translate(_CARONS)[:_LONGEST]
    if _CYRILLIC.search(text) and _LATIN.search(text):
        text = text.translate(_LOOKALIKES)
    return text


def words(text: str) -> Iterator[Word]:
    """Yield the words of ``text`` in order; a hyphenated one first whole, then its parts."""
    for match in _WORD.finditer(text):
        printed = match.group()
        start, end = match.span()
        if whole := _plain(printed):
            yield Word(start, end, whole)
        # Most have no hyphen, and no mark either.
        if printed.isalnum():
            continue
        parts = list(_PART.finditer(printed))
        if len(parts) > 1:
            for part in parts:
                if found := _plain(part.group()):
                    yield Word(start + part.start(), start + part.end(), found)


@lru_cache(maxsize=1)
def _morphology() -> MorphAnalyzer:
    return MorphAnalyzer()


@lru_cache(maxsize=200_000)
def lemmas(word: str) -> frozenset[str]:
    """Return every lemma that a folded Cyrillic word can be a form of; of another, itself."""
    if not _RUSSIAN.fullmatch(word):
        return frozenset({word})
    return frozenset(fold(each.normal_form) for each in _morphology().parse(word))


def is_known(word: str) -> bool:
    """Tell whether the Russian dictionary has the word, also when it is romanised."""
    spelt = word if _CYRILLIC.search(word) else cyrillic(word)
    return bool(_RUSSIAN.fullmatch(spelt)) and bool(_morphology().word_is_known(spelt))


@lru_cache(maxsize=50_000)
def is_function_word(word: str) -> bool:
    """Tell whether a folded word is a preposition, a conjunction or a particle first of all."""
    return bool(_RUSSIAN.fullmatch(word)) and str(_morphology().parse(word)[0].tag.POS) in {
        "CONJ",
        "PRCL",
        "PREP",
    }


def latin_key(word: str) -> str:
    """Return the key that a folded word has in Latin letters, the same for all romanisations."""
    key = word.translate(_ROMAN)
    for rule, alike in _ALIKE:
        key = rule.sub(alike, key)
    return _lower(key)


def _lower(key: str) -> str:
    for mark, letters in (("S", "sh"), ("Z", "zh"), ("C", "ch"), ("T", "ts")):
        key = key.replace(mark, letters)
    return key


def cyrillic(word: str) -> str:
    """Return a guess at how a romanised word is spelt in Cyrillic letters."""
    for rule, letter in _BACK:
        word = rule.sub(letter, word)
    return word.translate(_BACK_ONE)


@lru_cache(maxsize=200_000)
def tokens(word: str) -> frozenset[str]:
    """Return the tokens that the index keeps of a folded word."""
    if _CYRILLIC.search(word):
        return frozenset({word, *lemmas(word)})
    if _LATIN.search(word):
        return frozenset({latin_key(word)})
    return frozenset({word})


@lru_cache(maxsize=200_000)
def name_tokens(word: str) -> frozenset[str]:
    """Return the tokens of a folded word of a name: romanised as well."""
    found = tokens(word)
    if not _CYRILLIC.search(word):
        return found
    return found | {key for each in found if (key := latin_key(each))}


def spellings(token: str) -> set[str]:
    """Return the token and what is left of it without any one letter; none of a short one.

    Two tokens that share a spelling differ by one slip: a letter left out, added, changed or moved.
    """
    if len(token) < SHORTEST_CORRECTED:
        return set()
    return {token, *(token[:at] + token[at + 1 :] for at in range(len(token)))}


@dataclass(frozen=True, slots=True)
class Term:
    """One word asked for: matched by any of the whole tokens, beginnings of tokens, or its parts.

    ``start`` and ``end`` are its range in the question, in code points.
    """

    word: str
    whole: frozenset[str]
    begun: frozenset[str] = frozenset()
    parts: "tuple[Term, ...]" = ()
    start: int = 0
    end: int = 0

    def patterns(self) -> set[str]:
        """Return what to look for among the tokens of words, each of which stands in spaces."""
        found = {f" {token} " for token in self.whole} | {f" {begun}" for begun in self.begun}
        found |= set().union(*(part.patterns() for part in self.parts))
        return {each for each in found if not any(less in each for less in found - {each})}


def _wanted(word: str) -> frozenset[str]:
    """Return the tokens any of which answers a folded word of a query."""
    if _CYRILLIC.search(word):
        return tokens(word)
    if not _LATIN.search(word):
        return frozenset({word})
    found = {latin_key(word), *tokens(cyrillic(word))}
    found |= {latin_key(lemma) for lemma in lemmas(cyrillic(word))}
    if re.search("ch(?=[^aeiouy])", word):
        found.add(latin_key(re.sub("ch(?=[^aeiouy])", "kh", word)))
    if not _LATIN.sub("", word) and all(letter in "abcehkmoptuxy" for letter in word):
        found |= tokens(word.translate(_LOOKALIKES))
    return frozenset(found)


def _begun(word: str) -> frozenset[str]:
    """Return the beginnings of tokens any of which answers a folded word that is still typed."""
    if not _LATIN.search(word):
        return frozenset({word})
    found = {latin_key(word), cyrillic(word)}
    if word[-1] in _UNFINISHED:
        start = latin_key(word[:-1])
        found |= {start + _lower(sound) for sound in _UNFINISHED[word[-1]]}
    if all(letter in "abcehkmoptuxy" for letter in word):
        found.add(word.translate(_LOOKALIKES))
    return frozenset(found)


def terms(text: str, *, all_begun: bool = False) -> list[Term]:
    """Return what a question asks for: all of these; its last word, or every one, may be begun.

    Legal forms and function words don't count, unless there is nothing else.
    """
    matches = list(_WORD.finditer(text))
    asked = [
        _term(match, begun=all_begun or number == len(matches))
        for number, match in enumerate(matches, 1)
    ]
    asked = [term for term in asked if term.word]
    return [term for term in asked if not _is_empty(term.word)] or asked


def _term(match: re.Match[str], *, begun: bool) -> Term:
    word = _plain(match.group())
    inner = list(_PART.finditer(match.group()))
    parts = tuple(
        _term(part, begun=begun and part is inner[-1]) for part in inner if len(inner) > 1
    )
    return Term(
        word,
        _wanted(word),
        _begun(word) if begun and word else frozenset(),
        tuple(part for part in parts if part.word),
        match.start(),
        match.end(),
    )


def _is_empty(word: str) -> bool:
    return is_legal_form(word) or is_function_word(word)


@lru_cache(maxsize=10_000)
def is_legal_form(word: str) -> bool:
    """Tell whether a folded word is a legal form, in either script."""
    return word in LEGAL_FORMS or word in _LATIN_FORMS or word.translate(_LOOKALIKES) in LEGAL_FORMS


_LATIN_FORMS = frozenset(form.translate(_ROMAN) for form in _FORMS)


def exact_key(name: str) -> str:
    """Return what is the same for two spellings of one name: letters and digits, no legal form."""
    # Of some letters, folding leaves nothing.
    found = [word for match in _WORD.finditer(name) if (word := _plain(match.group()))]
    return "".join([word for word in found if not is_legal_form(word)] or found)[:KEY_LENGTH]
