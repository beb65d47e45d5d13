"""Finding: records by words, the best first, each with the passage that answers, or a correction.

What ranks is only how much of a record the words are in: an exact name, its names, its values, or
the words that prove it. So SQLite and PostgreSQL agree, and neither has to rank every match: the
one's index yields them in order, the other's gives all at once.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    bindparam,
    select,
    tuple_,
)
from sqlmodel import col

from app import cursors
from app.counts import TOTAL_CAP, capped
from app.filters import Column
from app.matching import ENTITIES, Every, Expression, expression, gathered, matches, matching
from app.models import Entity, SearchEntry, Spelling
from app.prepared import Prepared
from app.reader import Reader
from app.references import Json, reference
from app.tokens import (
    Term,
    exact_key,
    is_known,
    latin_key,
    name_tokens,
    spellings,
    terms,
    words,
)
from app.vocabulary import COLLECTIONS

SCORES = {
    1.0: "it has that very name",
    0.8: "its names have all words",
    0.6: "they have, though the last word is only begun",
    0.4: "names and values have",
    0.2: "names, values and evidence have",
}
_NAMES, _VALUES, _ALL = 2, 3, 4
_MAX_TRIES = 6
_NAMED = {"name", "also_known_as"}
_PLACE = [int, int, str, int]
_PLACE_NAMES = ("words", "name_key", "entity_id")


@dataclass
class Asked:
    """A question, and what it asks the index for."""

    question: str
    terms: list[Term]
    kinds: tuple[str, ...]
    _answered: dict[str, list[int]] = field(default_factory=dict)

    @cached_property
    def patterns(self) -> list[set[str]]:
        """What to look for among the tokens of words, for each term."""
        return [term.patterns() for term in self.terms]

    @cached_property
    def all(self) -> Expression:
        """What any field answers."""
        return self._in(())

    @cached_property
    def exact(self) -> str:
        """What the question is as a name."""
        return exact_key(self.question)

    def most(self, tokens: str) -> int:
        """Return how many terms words with these tokens answer."""
        found = 0
        for patterns in self.patterns:
            for pattern in patterns:
                if pattern in tokens:
                    found += 1
                    break
        return found

    def answered_by(self, tokens: str) -> list[int]:
        """Return the numbers of the terms that words with these tokens answer."""
        found = self._answered.get(tokens)
        if found is None:
            found = self._answered[tokens] = []
            for number, patterns in enumerate(self.patterns):
                for pattern in patterns:
                    if pattern in tokens:
                        found.append(number)
                        break
        return found

    def upto(self, number: int) -> Expression:
        """Return what the records of all tiers from the first to this one have."""
        if number == _ALL:
            return self.all
        names = ("name", "value") if number == _VALUES else ("name",)
        return self._in(names, begun=number > 1)

    def tier(self, number: int) -> Expression:
        """Return what the records of a tier have, and those of the ones before have not."""
        if number == 1:
            return self.upto(1)
        return Every((self.upto(number),), without=self.upto(number - 1))

    def _in(self, fields: Any, *, begun: bool = True) -> Expression:
        return expression(self.question, self.terms, fields, begun=begun, kinds=self.kinds)


def _ranks(rank: Column, source: FromClause, *where: ColumnElement[bool]) -> Prepared:
    """Return the statement for the first ranks of a tier after a place."""
    found = gathered(select(rank.label("rank")).select_from(source).where(*where))
    after = select(found).where(found.c.rank > bindparam("after"))
    return Prepared(after.order_by(found.c.rank).limit(bindparam("size")))


_entry = SearchEntry.__table__  # type: ignore[attr-defined]
_EXACT = _ranks(
    col(SearchEntry.rank),
    _entry.join(Entity, col(Entity.id) == col(SearchEntry.entity_id)),
    col(SearchEntry.exact_key) == bindparam("exact"),
    col(Entity.kind).in_(bindparam("kinds", expanding=True)),
)
_TIER = _ranks(
    ENTITIES.c.rowid,
    ENTITIES.join(_entry, col(SearchEntry.rank) == ENTITIES.c.rowid),
    matches(ENTITIES, "asked"),
    col(SearchEntry.exact_key) != bindparam("exact"),
)
_UPTO = _ranks(ENTITIES.c.rowid, ENTITIES, matches(ENTITIES, "asked"))
_SHOWN = Prepared(
    select(
        col(SearchEntry.rank),
        col(SearchEntry.words),
        col(SearchEntry.name_key),
        col(SearchEntry.entity_id),
        col(Entity.kind),
        col(Entity.slug),
        col(Entity.name),
    )
    # The outer join only says where to begin: of every entry there is an entity.
    .outerjoin(Entity, col(Entity.id) == col(SearchEntry.entity_id))
    .where(col(SearchEntry.rank).in_(bindparam("ranks", expanding=True)))
)
_PASSAGES = Prepared(
    select(col(SearchEntry.rank), col(SearchEntry.passages)).where(
        col(SearchEntry.rank).in_(bindparam("ranks", expanding=True))
    )
)
_TOTAL = capped(select(gathered(matching(ENTITIES, "asked"))))
_RANK = Prepared(
    select(col(SearchEntry.rank))
    .where(
        tuple_(col(SearchEntry.words), col(SearchEntry.name_key), col(SearchEntry.entity_id))
        <= tuple_(bindparam("words"), bindparam("name_key"), bindparam("entity_id"))
    )
    .order_by(
        col(SearchEntry.words).desc(),
        col(SearchEntry.name_key).desc(),
        col(SearchEntry.entity_id).desc(),
    )
    .limit(1)
)
_SPELT = select(col(Spelling.word)).where(
    col(Spelling.spelling).in_(bindparam("spellings", expanding=True))
)


def find(reader: Reader, path: str, query: Any) -> Json:
    """Return a page of the records that the words of a query find, as plain data."""
    with reader.read() as connection:
        asked = Asked(query.q, terms(query.q), tuple(query.kind))
        after = cursors.read(query, cursors.seal(path, query), _PLACE)
        total = _count(connection, asked)
        corrected = None
        if not total and after is None:
            for corrected in _corrections(connection, asked):
                asked = Asked(corrected, terms(corrected), asked.kinds)
                total = _count(connection, asked)
                if total:
                    query = query.model_copy(update={"q": corrected})
                    break
            else:
                corrected = None
        found = _found_after(connection, asked, _ALL, query.limit + 1, total, after)
        items = _hits(connection, found[: query.limit], asked)
    following = None
    if len(found) > query.limit:
        tier, last = found[query.limit - 1]
        place = [tier, last.words, last.name_key, last.entity_id]
        cursor = cursors.write(cursors.seal(path, query), place)
        following = cursors.url(path, query, cursor)
    reader.link(first=cursors.url(path, query, None), next=following)
    return {
        "items": items,
        "total": min(total, TOTAL_CAP),
        "total_capped": total > TOTAL_CAP,
        "next": following,
        "did_you_mean": corrected,
    }


def suggest(reader: Reader, question: str, kinds: Sequence[str], limit: int) -> list[Json]:
    """Return the first records one of whose names has words that begin as those of a question."""
    asked = Asked(question, terms(question, all_begun=True), tuple(kinds))
    with reader.read() as connection:
        total = _count(connection, asked)
        found = _found_after(connection, asked, _NAMES, limit, total, None)
        return _hits(connection, found, asked)


def _count(connection: Connection, asked: Asked) -> int:
    found: int = _TOTAL.rows(connection, {"asked": asked.all})[0].found
    return found


def _found_after(
    connection: Connection,
    asked: Asked,
    last: int,
    size: int,
    total: int,
    after: list[Any] | None,
) -> list[tuple[int, Any]]:
    """Return the first hits after a place, with their tiers, of no tier behind the ``last``."""
    at, rank = 0, 0
    if after is not None:
        at, *place = after
        before = _RANK.rows(connection, dict(zip(_PLACE_NAMES, place, strict=True)))
        rank = before[0].rank if before else 0
    found: dict[int, int] = {}
    for tier in range(at, last + 1):
        values = {"after": rank if tier == at else 0, "size": size}
        if tier == 0:
            kinds = asked.kinds or tuple(COLLECTIONS)
            rows = _EXACT.rows(connection, {**values, "exact": asked.exact, "kinds": kinds})
        elif after is None:
            # What those before have found is found again, and known.
            rows = _UPTO.rows(connection, {**values, "asked": asked.upto(tier)})
        else:
            sent = {**values, "exact": asked.exact, "asked": asked.tier(tier)}
            rows = _TIER.rows(connection, sent)
        for row in rows:
            found.setdefault(row.rank, tier)
        # Of as many as there are, none is left for the other tiers.
        if len(found) >= min(size, total):
            break
    hits = list(found.items())[:size]
    shown = _SHOWN.rows(connection, {"ranks": [rank for rank, _ in hits]})
    by_rank = {row.rank: row for row in shown}
    return [(tier, by_rank[rank]) for rank, tier in hits]


def _corrections(connection: Connection, asked: Asked) -> Iterator[str]:
    """Yield questions with one word of this one replaced by a name's word that it may be.

    A word that the Russian dictionary knows is no slip: Томск is not meant to be Омск.
    """
    tried = 0
    for term in asked.terms:
        if is_known(term.word):
            continue
        found = spellings(term.word) | spellings(latin_key(term.word))
        if not found:
            continue
        typed = asked.question[term.start : term.end]
        likely = sorted(
            connection.execute(_SPELT, {"spellings": sorted(found)}).scalars().unique(),
            # Of two forms that are equally like it, the one that isn't all in capitals.
            key=lambda word: (-_likeness(word, term.word), sum(map(str.isupper, word)), word),
        )
        for word in likely:
            if word != typed and tried < _MAX_TRIES:
                tried += 1
                yield asked.question[: term.start] + word + asked.question[term.end :]


def _likeness(word: str, typed: str) -> float:
    return max(
        SequenceMatcher(None, token, each).ratio()
        for token in name_tokens(exact_key(word))
        for each in (typed, latin_key(typed))
    )


def _hits(connection: Connection, found: Sequence[tuple[int, Any]], asked: Asked) -> list[Json]:
    """Return hits as plain data, each with the passage that answers best."""
    named = [_best([("name", None, row.name)], asked) for _, row in found]
    every = len(asked.terms)
    # Most are found by their names, and need no other passage.
    ranks = [row.rank for (_, row), (_, most) in zip(found, named, strict=True) if most < every]
    more = _PASSAGES.rows(connection, {"ranks": ranks}) if ranks else []
    passages = {row.rank: row.passages for row in more}
    hits = []
    for (tier, row), best in zip(found, named, strict=True):
        if row.rank in passages:
            best = _best(_passages(passages[row.rank]), asked)  # noqa: PLW2901
        shown = reference(row.kind, row.slug, row.name)
        hits.append({**shown, "score": list(SCORES)[tier], "snippet": best[0]})
    return hits


def _best(passages: Iterable[tuple[str, str | None, str]], asked: Asked) -> tuple[Json, int]:
    """Return the passage that has most of the words, the earliest of equals, and how many."""
    best: Json = {}
    most = -1
    for where, fact, text in passages:
        tokens, exact, read = _read(text)
        is_name = where in _NAMED
        # Words can overlap, so a text may answer fewer terms than it has, but not more.
        if not is_name and asked.most(tokens) <= most:
            continue
        ranges, found = _highlights(read, asked)
        if not ranges and is_name and exact == asked.exact:
            ranges, found = [{"start": 0, "end": len(text)}], len(asked.terms)
        if found > most:
            most = found
            best = {"field": where, "text": text, "highlights": ranges, "fact": fact}
        if most == len(asked.terms):
            break
    return best, most


Read = list[tuple[int, int, str]]
"""Start, end and tokens of every word of a text, the tokens in spaces."""


@lru_cache(maxsize=10_000)
def _read(text: str) -> tuple[str, str, Read]:
    """Return all tokens of a text, what it is as a name, and its words.

    Many questions find the same texts.
    """
    read = [(word.start, word.end, f" {' '.join(name_tokens(word.text))} ") for word in words(text)]
    return "".join(tokens for _, _, tokens in read), exact_key(text), read


@lru_cache(maxsize=1_000)
def _passages(text: str) -> list[tuple[str, str | None, str]]:
    found: list[tuple[str, str | None, str]] = json.loads(text)
    return found


def _highlights(read: Read, asked: Asked) -> tuple[list[Json], int]:
    """Return the ranges of a text that were asked for, and how many terms they answer."""
    ranges: list[Json] = []
    answered: set[int] = set()
    end = 0
    for start, word_end, tokens in read:
        if word_end <= end:
            continue
        found = asked.answered_by(tokens)
        if found:
            answered.update(found)
            ranges.append({"start": start, "end": word_end})
            end = word_end
    return ranges, len(answered)
