"""Spelling: corrections of one slip in a question, found by deletion variants as in SymSpell."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.models import Spelling
from app.search.analysis import exact_key, in_dictionary, name_tokens
from app.search.query import Term
from app.search.romanization import latin_key

MIN_CORRECTED_LENGTH = 4
"""Length in letters from which words are corrected: shorter ones resemble too many others."""
MAX_SUGGESTIONS = 6
"""The largest number of corrections suggested for one question."""

SPELLINGS = select(col(Spelling.word)).where(
    col(Spelling.spelling).in_(bindparam("spellings", expanding=True))
)


def deletion_variants(token: str) -> set[str]:
    """Return the token and all its variants without one letter; none for a short token.

    Two tokens with a variant in common differ by one slip: a letter that is missing, added,
    replaced or transposed.
    """
    if len(token) < MIN_CORRECTED_LENGTH:
        return set()
    return {token, *(token[:index] + token[index + 1 :] for index in range(len(token)))}


def suggestions(connection: Connection, question: str, terms: Sequence[Term]) -> Iterator[str]:
    """Yield variants of the question with one word replaced by a similar word of a name.

    Words of the Russian dictionary are not corrected: Томск is not a misspelt Омск.
    """
    count = 0
    for term in terms:
        if in_dictionary(term.word):
            continue
        typed = question[term.start : term.end]
        for word in _similar_words(connection, term):
            if word != typed and count < MAX_SUGGESTIONS:
                count += 1
                yield question[: term.start] + word + question[term.end :]


def _similar_words(connection: Connection, term: Term) -> list[str]:
    """Return the words of names that are one slip away from a term, the most similar first."""
    variants = deletion_variants(term.word) | deletion_variants(latin_key(term.word))
    if not variants:
        return []
    words = connection.execute(SPELLINGS, {"spellings": sorted(variants)}).scalars().unique()
    # Among equally similar forms of a word, the one with the fewest capitals is first.
    return sorted(
        words,
        key=lambda word: (-_similarity(word, term.word), sum(map(str.isupper, word)), word),
    )


def _similarity(word: str, typed: str) -> float:
    return max(
        SequenceMatcher(None, token, spelling).ratio()
        for token in name_tokens(exact_key(word))
        for spelling in (typed, latin_key(typed))
    )
