"""A hundred loads are killed at random moments: each leaves the old data or the new, whole."""

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest

from app.db.engine import make_engine
from seed.load.pipeline import load
from tests.databases import Databases
from tests.faults.editions import Editions
from tests.faults.killing import count_statements, killed_load
from tests.faults.loading import passes_integrity_check
from tests.seed.load.states import State, read_state

KILLS = {"change": 40, "fill": 40, "first": 20}
"""The number of kills of a load that changes data, fills the tables anew, or is the first."""


def pending_loads(
    databases: Databases, editions: Editions, mode: str
) -> Iterator[tuple[str, Path]]:
    """Yield the URL of a database and the documents to load into it, again and again."""
    while mode == "first":
        with databases.migrated() as url:
            yield url, editions.folders[0]
    with databases.copied(editions.url) as url:
        yield from ((url, documents) for documents in cycle(reversed(editions.folders)))


def state_left(url: str) -> State:
    """Return the state that a killed load leaves, once PostgreSQL has noticed its end."""
    engine = make_engine(url, writing=True)
    with engine.begin():
        pass
    engine.dispose()
    return read_state(url)


@pytest.mark.parametrize("mode", KILLS)
def test_a_load_killed_at_any_moment_leaves_the_old_data_or_the_new(
    databases: Databases, editions: Editions, mode: str
) -> None:
    chance = Random(mode)
    everything = mode == "fill"
    loads = pending_loads(databases, editions, mode)
    url, documents = next(loads)
    last = count_statements(documents, url, everything=everything)
    killed = 0
    for url, documents in islice(loads, KILLS[mode]):
        before = read_state(url)
        killed += killed_load(
            documents,
            url,
            everything=everything,
            # One of three at the commit.
            statement=chance.choice([last, *(chance.randint(1, last) for _ in range(2))]),
            # A statement takes 0.3 ms.
            delay=chance.uniform(1e-6, 1e-3),
        )
        left = state_left(url)
        load(documents, url, everything=everything)
        assert left in (before, read_state(url))
        assert passes_integrity_check(url)
    assert killed > KILLS[mode] / 2
    with databases.migrated() as fresh:
        load(documents, fresh)
        assert read_state(url) == read_state(fresh)
