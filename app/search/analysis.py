"""Text analysis: the tokens of a text, computed in Python and the same for both databases.

The tokens of a word are its printed form, all its possible lemmas, and its Latin key.
The full-text engines of SQLite and PostgreSQL only match tokens.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from pymorphy3 import MorphAnalyzer

from app.domain.text import KEY_LENGTH, fold
from app.search.romanization import cyrillic, latin_key, replace_lookalikes, romanize

# Soft hyphens, zero-width characters and combining marks are part of the word around them.
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_LETTERS = rf"(?:[^\W_][\u0300-\u036f{_INVISIBLE}]*)+"
WORD = re.compile(rf"{_LETTERS}(?:[-‐‑‒–'’ʹʼ`]{_LETTERS})*")
WORD_PART = re.compile(_LETTERS)
CYRILLIC = re.compile(r"[а-яёәғқңөұүһіїєґў]")
LATIN = re.compile(r"[a-z]")
_INVISIBLES = re.compile(rf"[{_INVISIBLE}]")
# pymorphy3 fails on letters without a Unicode name, so it only receives words of these.
_RUSSIAN = re.compile(r"[а-яё]+")
_CARONS = str.maketrans({"č": "ch", "š": "sh", "ž": "zh", "ě": "e", "ë": "e"})
_MAX_WORD_LENGTH = 60
MAX_WORDS = 10_000
"""The size of each cache of words, which clients choose: together about 1 kB a word.

A load caches the tokens of its words itself, so it is as fast as with room for 200,000 here.
"""

_CYRILLIC_FORMS = frozenset(
    "ао гкп гку гуп зао ип кгп кгу муп нао нпо нпп нпф нтф оао ооо пао тоо фгуп".split()  # noqa: SIM905
)
_LATIN_FORMS = frozenset(map(romanize, _CYRILLIC_FORMS))
LEGAL_FORMS = _CYRILLIC_FORMS | {"llc", "llp", "ltd", "jsc", "inc"}
"""Abbreviations of legal forms, which don't distinguish names."""


class Word(NamedTuple):
    """A word of a text: its range in code points, and its normalised form."""

    start: int
    end: int
    text: str


def normalize(printed: str) -> str:
    """Return a printed word folded, with look-alikes among Cyrillic letters replaced.

    Empty where folding leaves no letter and no digit.
    """
    return (_memoized if len(printed) <= _MAX_WORD_LENGTH else _normalize)(printed)


def _normalize(printed: str) -> str:
    text = fold(_INVISIBLES.sub("", unicodedata.normalize("NFKC", printed))).replace("-", "")
    text = "".join(letter for letter in text if letter.isalnum())
    text = text.translate(_CARONS)[:_MAX_WORD_LENGTH]
    if CYRILLIC.search(text) and LATIN.search(text):
        text = replace_lookalikes(text)
    return text


_memoized = lru_cache(maxsize=MAX_WORDS)(_normalize)


def split_words(text: str) -> Iterator[Word]:
    """Yield the words of ``text`` in order; a hyphenated word is followed by its parts."""
    for match in WORD.finditer(text):
        printed = match.group()
        start, end = match.span()
        if word := normalize(printed):
            yield Word(start, end, word)
        # Most words have no hyphen or mark, and are their only part.
        if printed.isalnum():
            continue
        parts = list(WORD_PART.finditer(printed))
        if len(parts) > 1:
            for part in parts:
                if word := normalize(part.group()):
                    yield Word(start + part.start(), start + part.end(), word)


_loading = Lock()


def morphology() -> MorphAnalyzer:
    """Return the analyzer with its dictionary of 20 MB, loaded at its first use."""
    # lru_cache alone lets every thread that finds nothing load a dictionary of its own.
    with _loading:
        return _analyzer()


@lru_cache(maxsize=1)
def _analyzer() -> MorphAnalyzer:
    return MorphAnalyzer()


@lru_cache(maxsize=MAX_WORDS)
def lemmas(word: str) -> frozenset[str]:
    """Return every lemma of a normalised Russian word; the word itself in any other language."""
    if not _RUSSIAN.fullmatch(word):
        return frozenset({word})
    return frozenset(fold(parse.normal_form) for parse in morphology().parse(word))


def in_dictionary(word: str) -> bool:
    """Return whether the Russian dictionary contains the word, in Cyrillic or romanised."""
    spelling = word if CYRILLIC.search(word) else cyrillic(word)
    return bool(_RUSSIAN.fullmatch(spelling)) and bool(morphology().word_is_known(spelling))


@lru_cache(maxsize=MAX_WORDS)
def is_function_word(word: str) -> bool:
    """Return whether a normalised word is most likely a preposition, conjunction or particle."""
    return bool(_RUSSIAN.fullmatch(word)) and str(morphology().parse(word)[0].tag.POS) in {
        "CONJ",
        "PRCL",
        "PREP",
    }


def tokens(word: str) -> frozenset[str]:
    """Return the tokens under which a normalised word is indexed."""
    if CYRILLIC.search(word):
        return frozenset({word, *lemmas(word)})
    if LATIN.search(word):
        return frozenset({latin_key(word)})
    return frozenset({word})


def name_tokens(word: str) -> frozenset[str]:
    """Return the tokens under which a normalised word of a name is indexed: romanised as well."""
    plain = tokens(word)
    if not CYRILLIC.search(word):
        return plain
    return plain | {key for token in plain if (key := latin_key(token))}


@lru_cache(maxsize=MAX_WORDS)
def is_legal_form(word: str) -> bool:
    """Return whether a normalised word abbreviates a legal form, in either script."""
    return word in LEGAL_FORMS or word in _LATIN_FORMS or replace_lookalikes(word) in LEGAL_FORMS


def exact_key(name: str) -> str:
    """Return the key that all spellings of a name share: letters and digits, no legal form."""
    words = [word for match in WORD.finditer(name) if (word := normalize(match.group()))]
    return "".join([word for word in words if not is_legal_form(word)] or words)[:KEY_LENGTH]
