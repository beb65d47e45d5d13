"""Tiers: the fields of a record that must have the terms of a question, best tier first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.search.analysis import exact_key
from app.search.query import And, Expression, SearchField, Term, build_query

SCORES = {
    1.0: "it has that very name",
    0.8: "its names have all words",
    0.6: "they have, though the last word is only begun",
    0.4: "names and values have",
    0.2: "names, values and evidence have",
}
"""The score of each tier, and its meaning."""
EXACT_NAME, WHOLE_WORDS, NAMES, VALUES, ALL_FIELDS = range(len(SCORES))


class HitPosition(NamedTuple):
    """The sort key of a hit: its tier, and the columns of its search entry that rank it."""

    tier: int
    words: int
    name_key: str
    entity_id: int


CURSOR_TYPES = [int, int, str, int]
"""The types of a ``HitPosition`` in a cursor."""


@dataclass(frozen=True)
class SearchRequest:
    """A question with its terms, and the kinds of records to search (all if none is given)."""

    question: str
    terms: Sequence[Term]
    kinds: tuple[str, ...]

    @cached_property
    def exact(self) -> str:
        """The exact key of the question."""
        return exact_key(self.question)

    @cached_property
    def all_fields(self) -> Expression:
        """The expression for records with the terms in any field."""
        return self._build(())

    def up_to_tier(self, tier: int) -> Expression:
        """Return the expression for the records of a tier and of all better ones."""
        if tier == ALL_FIELDS:
            return self.all_fields
        fields: tuple[SearchField, ...] = ("name", "value") if tier == VALUES else ("name",)
        return self._build(fields, prefixes=tier > WHOLE_WORDS)

    def only_tier(self, tier: int) -> Expression:
        """Return the expression for the records of a tier without those of better ones."""
        if tier == WHOLE_WORDS:
            return self.up_to_tier(tier)
        return And((self.up_to_tier(tier),), without=self.up_to_tier(tier - 1))

    def _build(self, fields: tuple[SearchField, ...], *, prefixes: bool = True) -> Expression:
        return build_query(self.question, self.terms, fields, prefixes=prefixes, kinds=self.kinds)
