"""Fixtures of the fault tests: the two editions."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.faults.editions import Editions


@pytest.fixture(scope="session")
def editions(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editions]:
    """Yield the two editions, with their responses on the engine of the run."""
    with databases.migrated() as url:
        yield Editions(tmp_path_factory.mktemp("editions"), url)


@pytest.fixture
def url(databases: Databases, editions: Editions) -> Iterator[str]:
    """Yield the URL of a database with the first edition that only this test uses."""
    with databases.copied(editions.url) as url:
        yield url
