"""Ranks: labels with gaps that hold search entries in order while entries come and go.

A new entry takes the middle between its neighbours. Where there is no number between them, the
entries around are spread evenly over more room (Bender et al., "Two simplified algorithms for
maintaining order in a list", 2002: of 2,048 entries at one place each moves 11 others, measured).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from app.models.search import RANK_GAP

Key = tuple[int, str, int]
"""What entries are in the order of: the words of the name, its key, and the entity's."""

_SMALLEST = 4
"""The bits of the number of ranks over which entries are first spread."""
_FULLNESS = 1.3
"""By how much fewer entries a range may have that is twice as long: a 66th of 65,536 ranks.

Less leaves too little room for the next ones; more would find none among entries in the usual gaps.
"""

_NEIGHBOUR = """SELECT rank FROM search_entry
    WHERE (words, name_key, entity_id) {side} (:words, :name_key, :entity_id)
    ORDER BY words {order}, name_key {order}, entity_id {order} LIMIT 1"""
_BELOW = text(_NEIGHBOUR.format(side="<", order="DESC"))
_ABOVE = text(_NEIGHBOUR.format(side=">", order="ASC"))


@dataclass(frozen=True)
class Move:
    """An entry that was given another rank."""

    entity_id: int
    former: int
    rank: int


def free_rank(connection: Connection, key: Key) -> tuple[int, list[Move]]:
    """Return a free rank for an entry with this key, and the entries that made room for it."""
    moves: list[Move] = []
    below, above = _neighbours(connection, key)
    if above - below < 2:
        moves = _spread(connection, below)
        below, above = _neighbours(connection, key)
    return (below + above) // 2, moves


def _neighbours(connection: Connection, key: Key) -> tuple[int, int]:
    """Return the ranks between which a key belongs."""
    values = dict(zip(("words", "name_key", "entity_id"), key, strict=True))
    below = connection.execute(_BELOW, values).scalar() or 0
    above = connection.execute(_ABOVE, values).scalar()
    return below, below + 2 * RANK_GAP if above is None else above


def _spread(connection: Connection, around: int) -> list[Move]:
    """Spread the entries around a rank evenly over the smallest range that isn't too full."""
    statement = text(
        "SELECT rank, entity_id FROM search_entry WHERE rank BETWEEN :a AND :b ORDER BY rank"
    )
    for bits in range(_SMALLEST, 63):
        room = 1 << bits
        first = around >> bits << bits
        found = connection.execute(statement, {"a": first, "b": first + room - 1}).all()
        if (len(found) + 1) * _FULLNESS**bits <= room:
            break
    moves = [
        Move(entity_id, former, rank)
        for place, (former, entity_id) in enumerate(found, 1)
        if (rank := first + place * room // (len(found) + 1)) != former
    ]
    # Two steps, since a rank may be another entry's former one.
    _relabel(connection, [(move.former, -move.rank) for move in moves])
    _relabel(connection, [(-move.rank, move.rank) for move in moves])
    return moves


def _relabel(connection: Connection, changes: list[tuple[int, int]]) -> None:
    statement = text("UPDATE search_entry SET rank = :rank WHERE rank = :former")
    values: list[dict[str, Any]] = [{"former": former, "rank": rank} for former, rank in changes]
    connection.execute(statement, values)
