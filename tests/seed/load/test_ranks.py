"""Ranks: their order is that of the keys, whatever comes and goes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from app.models import SearchEntry, metadata
from seed.load.ranks import Key, free_rank
from seed.load.transaction import load_transaction
from tests.databases import Databases

ENTRY = metadata.tables["search_entry"]


class Ranked:
    """Entries in a table, and their ranks as those who insert and move them know them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.ranks: dict[Key, int] = {}
        self.moved = 0

    def add(self, key: Key) -> None:
        """Add an entry, and the moves that are reported."""
        rank, moves = free_rank(self._connection, key)
        keys = {each[2]: each for each in self.ranks}
        for move in moves:
            assert self.ranks[keys[move.entity_id]] == move.former
        for move in moves:
            self.ranks[keys[move.entity_id]] = move.rank
        self.moved += len(moves)
        words, name_key, entity_id = key
        row = {"entity_id": entity_id, "words": words, "name_key": name_key}
        self._connection.execute(
            insert(ENTRY), {"rank": rank, "exact_key": "", "passages": "[]", **row}
        )
        self.ranks[key] = rank

    def remove(self, key: Key) -> None:
        """Remove an entry."""
        self._connection.execute(delete(ENTRY).where(col(SearchEntry.rank) == self.ranks.pop(key)))

    def check(self) -> None:
        """Compare the table with what is known, and the order of ranks with that of keys."""
        columns = select(*map(ENTRY.c.__getitem__, ("words", "name_key", "entity_id", "rank")))
        rows = self._connection.execute(columns.order_by(col(SearchEntry.rank))).all()
        assert {tuple(key): rank for *key, rank in rows} == self.ranks
        assert [tuple(key) for *key, _ in rows] == sorted(self.ranks)
        assert all(rank > 0 for *_, rank in rows)


@contextmanager
def ranked(databases: Databases) -> Iterator[Ranked]:
    """Yield no entries yet, in a transaction that is rolled back: they are no entities'."""
    with databases.migrated() as url, load_transaction(url) as connection:
        yield Ranked(connection)
        connection.rollback()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), names=st.integers(1, 5), removals=st.floats(0, 0.5))
def test_ranks_keep_the_order_of_keys(
    databases: Databases, seed: int, names: int, removals: float
) -> None:
    random = Random(seed)
    with ranked(databases) as entries:
        for _ in range(150):
            if entries.ranks and random.random() < removals:
                entries.remove(random.choice(sorted(entries.ranks)))
            else:
                name = f"имя {random.randrange(names)}"
                entries.add((random.randint(1, 2), name, random.getrandbits(62)))
        entries.check()


def ascending() -> Iterable[int]:
    return range(2, 1002)


def descending() -> Iterable[int]:
    return range(1001, 1, -1)


def inwards() -> Iterator[int]:
    for number in range(2, 502):
        yield from (number, 1003 - number)


@pytest.mark.parametrize("order", [ascending, descending, inwards])
def test_a_thousand_entries_find_room_at_one_place(
    databases: Databases, order: Callable[[], Iterable[int]]
) -> None:
    with ranked(databases) as entries:
        for number in (1, 1002):
            entries.add((1, "а", number))
        for number in order():
            entries.add((1, "а", number))
        entries.check()
        assert 0 < entries.moved < 15 * len(entries.ranks)
