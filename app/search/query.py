"""Queries: the terms of a question, and a boolean expression of tokens that any engine can render.

A question matches a record with all its terms, or with one word equal to all its words together;
without terms it matches none.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.search.analysis import (
    CYRILLIC,
    LATIN,
    WORD,
    WORD_PART,
    exact_key,
    is_function_word,
    is_legal_form,
    lemmas,
    normalize,
    tokens,
)
from app.search.romanization import (
    cyrillic,
    has_only_lookalikes,
    latin_key,
    latin_key_prefixes,
    replace_lookalikes,
)

SearchField = Literal["name", "value"]
"""A field of an entity that a query can be restricted to."""
_CH_AS_KH = re.compile("ch(?=[^aeiouy])")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question: matches any exact token, any token prefix, or all of its parts.

    ``start`` and ``end`` are its range in the question, in code points.
    """

    word: str
    exact: frozenset[str]
    prefixes: frozenset[str] = frozenset()
    parts: "tuple[Term, ...]" = ()
    start: int = 0
    end: int = 0

    def token_patterns(self) -> set[str]:
        """Return substrings, any of which occurs in the tokens of a matching word.

        The tokens of a word are searched as one string, with a space before and after each.
        """
        patterns = {f" {token} " for token in self.exact}
        patterns |= {f" {prefix}" for prefix in self.prefixes}
        patterns |= set().union(*(part.token_patterns() for part in self.parts))
        return {
            pattern
            for pattern in patterns
            if not any(other in pattern for other in patterns - {pattern})
        }


def parse_terms(question: str, *, all_prefixes: bool = False) -> list[Term]:
    """Return the terms of a question; the last one, or all of them, match by prefix as well.

    Legal forms and function words are dropped, unless there is nothing else. Then legal forms stay,
    and function words only where all terms may be begun words: «и» and «о» are in most documents,
    whose sentences all had to be read for the snippets.
    """
    matches = list(WORD.finditer(question))
    terms = [
        _parse_term(match, prefix=all_prefixes or number == len(matches))
        for number, match in enumerate(matches, 1)
    ]
    terms = [term for term in terms if term.word]
    content = [term for term in terms if not _is_stop_word(term.word)]
    return content or [term for term in terms if all_prefixes or is_legal_form(term.word)]


def _parse_term(match: re.Match[str], *, prefix: bool) -> Term:
    word = normalize(match.group())
    inner = list(WORD_PART.finditer(match.group()))
    parts = tuple(
        _parse_term(part, prefix=prefix and part is inner[-1]) for part in inner if len(inner) > 1
    )
    return Term(
        word,
        _query_tokens(word),
        _query_prefixes(word) if prefix and word else frozenset(),
        tuple(part for part in parts if part.word),
        match.start(),
        match.end(),
    )


def _is_stop_word(word: str) -> bool:
    return is_legal_form(word) or is_function_word(word)


def _query_tokens(word: str) -> frozenset[str]:
    """Return the indexed tokens, any of which matches a normalised word of a question."""
    if CYRILLIC.search(word):
        return tokens(word)
    if not LATIN.search(word):
        return frozenset({word})
    spelling = cyrillic(word)
    found = {latin_key(word), *tokens(spelling)}
    found |= {latin_key(lemma) for lemma in lemmas(spelling)}
    if _CH_AS_KH.search(word):
        found.add(latin_key(_CH_AS_KH.sub("kh", word)))
    if has_only_lookalikes(word):
        found |= tokens(replace_lookalikes(word))
    return frozenset(found)


def _query_prefixes(word: str) -> frozenset[str]:
    """Return the token prefixes, any of which matches an unfinished word of a question."""
    if not LATIN.search(word):
        return frozenset({word})
    found = latin_key_prefixes(word) | {cyrillic(word)}
    if has_only_lookalikes(word):
        found.add(replace_lookalikes(word))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class TokenQuery:
    """One token, or all tokens with a ``prefix``, in any of some fields (in all if none given)."""

    text: str
    fields: tuple[SearchField, ...] = ()
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All ``parts`` match, and ``without`` doesn't."""

    parts: "tuple[Expression, ...]"
    without: "Expression | None" = None


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the ``parts`` matches."""

    parts: "tuple[Expression, ...]"


Expression = TokenQuery | And | Or

MATCH_NOTHING = TokenQuery("¤")
"""A query without matches: tokens of words consist of letters and digits."""


def kind_token(kind: str) -> str:
    """Return the token of all records of a kind, which no word has."""
    return f"¤{kind}"


def build_query(
    question: str,
    terms: Sequence[Term],
    fields: tuple[SearchField, ...] = (),
    *,
    prefixes: bool = True,
    kinds: Iterable[str] = (),
) -> Expression:
    """Return the expression for a question and its terms in ``fields``, for records of ``kinds``.

    A token equal to the exact key of the question matches as well, so that a name is found with
    any division into words.
    """
    if not terms:
        return MATCH_NOTHING
    query = _and(*(_term_query(term, fields, prefixes=prefixes) for term in terms))
    exact = exact_key(question)
    if len(terms) > 1 or not _has_token(terms[0], exact, prefixes=prefixes):
        query = Or((query, TokenQuery(exact, fields)))
    kind_queries = [TokenQuery(kind_token(kind)) for kind in kinds]
    return And((query, _or(*kind_queries))) if kind_queries else query


def _and(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else And(parts)


def _or(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else Or(parts)


def _prefixes(term: Term, *, prefixes: bool) -> tuple[str, ...]:
    return tuple(sorted(filter(None, term.prefixes))) if prefixes else ()


def _has_token(term: Term, token: str, *, prefixes: bool) -> bool:
    return token in term.exact or token.startswith(_prefixes(term, prefixes=prefixes))


def _term_query(term: Term, fields: tuple[SearchField, ...], *, prefixes: bool) -> Expression:
    starts = _prefixes(term, prefixes=prefixes)
    # A prefix matches the exact tokens that it begins, and every further token takes time.
    exact = [token for token in sorted(term.exact) if not token.startswith(starts)]
    queries: list[Expression] = [TokenQuery(token, fields) for token in exact]
    queries += [TokenQuery(start, fields, prefix=True) for start in starts]
    if term.parts:
        queries.append(_and(*(_term_query(part, fields, prefixes=prefixes) for part in term.parts)))
    return _or(*queries)
