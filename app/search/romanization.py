"""Romanization: one Latin key for all usual spellings of a Cyrillic word, and its reversal."""

import re

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
# The rules apply in this order. A capital replaces a digraph, so that no later rule splits it.
_KEY_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
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
        # A pair alone: «zzzz» is no spelling of «z».
        (r"(.)(?<!\1\1)\1(?!\1)", r"\1"),
    )
]
_DIGRAPHS = (("S", "sh"), ("Z", "zh"), ("C", "ch"), ("T", "ts"))
# The Cyrillic spelling is only used to look up lemmas, so the likeliest one is enough.
_TO_CYRILLIC = [
    (re.compile(pattern), letter)
    for pattern, letter in (
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
_TO_CYRILLIC_LETTERS = str.maketrans("abvwgdezijklmnoprstufyhcq", "абввгдезийклмнопрстуфыхкк")
# The sounds that a last Latin letter can still become with the next one.
_OPEN_DIGRAPHS = {"c": "CTk", "s": "sS", "z": "zZ", "k": "kh", "t": "tT", "y": "ie", "j": "ie"}
# Latin letters with the shape of Cyrillic ones, as capitals or small letters.
_LOOKALIKES = str.maketrans("abcehkmoptuxy", "авсенкмортиху")


def romanize(word: str) -> str:
    """Return the word with its Cyrillic letters romanised, before any key rule."""
    return word.translate(_ROMAN)


def latin_key(word: str) -> str:
    """Return the Latin key of a normalised word, the same for all its romanisations."""
    key = word.translate(_ROMAN)
    for pattern, replacement in _KEY_RULES:
        key = pattern.sub(replacement, key)
    return _expand_digraphs(key)


def latin_key_prefixes(word: str) -> set[str]:
    """Return the prefixes of Latin keys that an unfinished word can have."""
    prefixes = {latin_key(word)}
    if word[-1] in _OPEN_DIGRAPHS:
        stem = latin_key(word[:-1])
        prefixes |= {stem + _expand_digraphs(sound) for sound in _OPEN_DIGRAPHS[word[-1]]}
    return prefixes


def cyrillic(word: str) -> str:
    """Return the likeliest Cyrillic spelling of a romanised word."""
    for pattern, letter in _TO_CYRILLIC:
        word = pattern.sub(letter, word)
    return word.translate(_TO_CYRILLIC_LETTERS)


def replace_lookalikes(word: str) -> str:
    """Return the word with Latin look-alikes replaced by their Cyrillic letters."""
    return word.translate(_LOOKALIKES)


def has_only_lookalikes(word: str) -> bool:
    """Return whether every letter of the word is a Latin look-alike of a Cyrillic one."""
    return all(ord(letter) in _LOOKALIKES for letter in word)


def _expand_digraphs(key: str) -> str:
    for sound, letters in _DIGRAPHS:
        key = key.replace(sound, letters)
    return key
