"""Ranking: the records that match a question, best first, each with a snippet, or a correction.

A record's tier depends only on the fields that have the terms: an exact name, its names, its
values, or its evidence. So SQLite and PostgreSQL agree, and neither computes a rank for each match.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, select, tuple_
from sqlmodel import col

from app.db.compiled import CompiledStatement, capped_count
from app.db.hints import driven_by, materialized
from app.db.types import Column
from app.domain.json import Json
from app.domain.vocabulary import COLLECTIONS
from app.models import Entity, SearchEntry
from app.schemas.pages import TOTAL_CAP
from app.schemas.refs import ref
from app.search.indexes import entity_index, match_condition, matching_rowids, undecoded
from app.search.query import parse_terms
from app.search.snippets import Snippet, TermMatcher, best_snippet, parse_passages
from app.search.spelling import suggestions
from app.search.tiers import ALL_FIELDS, EXACT_NAME, NAMES, SCORES, HitPosition, SearchRequest


@dataclass(frozen=True)
class SearchResults:
    """A page of hits as plain data, with the total up to one more than its cap.

    ``last`` is the position of the last hit, None on the last page. ``correction`` is the question
    that was searched instead of one without a match.
    """

    hits: list[Json]
    total: int
    last: HitPosition | None
    correction: str | None


def _rank_statement(
    rank: Column, source: FromClause, *where: ColumnElement[bool]
) -> CompiledStatement:
    """Return the statement for the first ranks that match, after a rank bound as ``after``."""
    matches = materialized(
        select(rank.label("rank")).select_from(source).where(*where), on="postgresql"
    )
    following = select(matches).where(matches.c.rank > bindparam("after"))
    return CompiledStatement(following.order_by(matches.c.rank).limit(bindparam("size")))


_entry = SearchEntry.__table__  # type: ignore[attr-defined]
EXACT_MATCHES = _rank_statement(
    col(SearchEntry.rank),
    _entry.join(Entity, col(Entity.id) == col(SearchEntry.entity_id)),
    col(SearchEntry.exact_key) == bindparam("exact"),
    col(Entity.kind).in_(bindparam("kinds", expanding=True)),
)
ONLY_TIER = _rank_statement(
    entity_index.c.rowid,
    entity_index.join(_entry, col(SearchEntry.rank) == entity_index.c.rowid),
    match_condition(entity_index, "query"),
    col(SearchEntry.exact_key) != bindparam("exact"),
)
UP_TO_TIER = _rank_statement(
    entity_index.c.rowid, entity_index, match_condition(entity_index, "query")
)
HITS = CompiledStatement(
    select(
        col(SearchEntry.rank),
        col(SearchEntry.words),
        col(SearchEntry.name_key),
        col(SearchEntry.entity_id),
        col(Entity.kind),
        col(Entity.slug),
        col(Entity.name),
    )
    .select_from(driven_by(_entry, Entity, col(Entity.id) == col(SearchEntry.entity_id)))
    .where(col(SearchEntry.rank).in_(bindparam("ranks", expanding=True)))
)
PASSAGES = CompiledStatement(
    select(col(SearchEntry.rank), undecoded(col(SearchEntry.passages)).label("passages")).where(
        col(SearchEntry.rank).in_(bindparam("ranks", expanding=True))
    )
)
TOTAL = capped_count(
    select(materialized(matching_rowids(entity_index, "query"), on="postgresql")), TOTAL_CAP
)
RANK_OF_CURSOR = CompiledStatement(
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


def search(
    connection: Connection,
    question: str,
    kinds: Sequence[str],
    *,
    limit: int,
    after: HitPosition | None = None,
) -> SearchResults:
    """Return a page of the records of some kinds that match a question, after a position."""
    request = SearchRequest(question, parse_terms(question), tuple(kinds))
    total = _count(connection, request)
    correction = None
    if not total and after is None:
        request, total, correction = _correct(connection, request)
    ranks = _page_of_hits(connection, request, size=limit + 1, total=total, after=after)
    tiers = dict(ranks[:limit])
    rows = _rows_of(connection, tiers)
    last = None
    if len(ranks) > limit:
        row = rows[-1]
        last = HitPosition(tiers[row.rank], row.words, row.name_key, row.entity_id)
    return SearchResults(_hits(connection, rows, tiers, request), total, last, correction)


def suggest(
    connection: Connection, question: str, kinds: Sequence[str], *, limit: int
) -> list[Json]:
    """Return the first records with a name whose words begin with those of a question."""
    terms = parse_terms(question, all_prefixes=True)
    request = SearchRequest(question, terms, tuple(kinds))
    total = _count(connection, request)
    tiers = dict(_page_of_hits(connection, request, size=limit, total=total, worst_tier=NAMES))
    return _hits(connection, _rows_of(connection, tiers), tiers, request)


def _count(connection: Connection, request: SearchRequest) -> int:
    count: int = TOTAL.rows(connection, {"query": request.all_fields})[0].found
    return count


def _correct(
    connection: Connection, request: SearchRequest
) -> tuple[SearchRequest, int, str | None]:
    """Return the first suggestion that has matches, with its total; else the request itself."""
    for question in suggestions(connection, request.question, request.terms):
        corrected = SearchRequest(question, parse_terms(question), request.kinds)
        total = _count(connection, corrected)
        if total:
            return corrected, total, question
    return request, 0, None


def _page_of_hits(
    connection: Connection,
    request: SearchRequest,
    *,
    size: int,
    total: int,
    after: HitPosition | None = None,
    worst_tier: int = ALL_FIELDS,
) -> list[tuple[int, int]]:
    """Return rank and tier of the first hits after a position, down to the ``worst_tier``."""
    first_tier, first_rank = 0, 0
    if after is not None:
        first_tier, first_rank = after.tier, _rank_of(connection, after)
    tiers: dict[int, int] = {}
    for tier in range(first_tier, worst_tier + 1):
        # With all matches found, the other tiers have none.
        if len(tiers) >= min(size, total):
            break
        values = {"after": first_rank if tier == first_tier else 0, "size": size}
        for row in _tier(connection, request, tier, values, resumed=after is not None):
            tiers.setdefault(row.rank, tier)
    return list(tiers.items())[:size]


def _tier(
    connection: Connection,
    request: SearchRequest,
    tier: int,
    values: Mapping[str, Any],
    *,
    resumed: bool,
) -> list[Any]:
    """Return the first ranks of a tier.

    Unless ``resumed`` after a position, hits of better tiers are returned as well: they are known
    already, and the statement is shorter without their exclusion.
    """
    if tier == EXACT_NAME:
        kinds = request.kinds or tuple(COLLECTIONS)
        return EXACT_MATCHES.rows(connection, {**values, "exact": request.exact, "kinds": kinds})
    if not resumed:
        return UP_TO_TIER.rows(connection, {**values, "query": request.up_to_tier(tier)})
    query = request.only_tier(tier)
    return ONLY_TIER.rows(connection, {**values, "exact": request.exact, "query": query})


def _rank_of(connection: Connection, position: HitPosition) -> int:
    """Return the rank of a position, or of the last entry before it if its own was removed."""
    rows = RANK_OF_CURSOR.rows(connection, position._asdict())
    return rows[0].rank if rows else 0


def _rows_of(connection: Connection, ranks: Mapping[int, int]) -> list[Any]:
    """Return the rows of ``HITS`` for some ranks, in their order."""
    if not ranks:
        return []
    rows = {row.rank: row for row in HITS.rows(connection, {"ranks": list(ranks)})}
    return [rows[rank] for rank in ranks]


def _hits(
    connection: Connection, rows: Sequence[Any], tiers: Mapping[int, int], request: SearchRequest
) -> list[Json]:
    """Return hits as plain data, each with its best snippet."""
    matcher = TermMatcher(request.terms, request.exact)
    scores = list(SCORES)
    snippets = {row.rank: best_snippet([("name", None, row.name)], matcher) for row in rows}
    _improve(connection, snippets, matcher)
    return [
        {
            **ref(row.kind, row.slug, row.name),
            "score": scores[tiers[row.rank]],
            "snippet": snippets[row.rank].data,
        }
        for row in rows
    ]


def _improve(connection: Connection, snippets: dict[int, Snippet], matcher: TermMatcher) -> None:
    """Replace snippets of names that lack a term by the best ones of all passages."""
    # Most names have all terms, so few passages need to be read.
    ranks = [rank for rank, best in snippets.items() if best.terms < len(matcher.patterns)]
    if ranks:
        for row in PASSAGES.rows(connection, {"ranks": ranks}):
            snippets[row.rank] = best_snippet(parse_passages(row.passages), matcher)
