"""What tests of faults share: the two editions."""

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.faults.editions import Editions


@pytest.fixture(scope="session")
def editions(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editions]:
    """Yield the two editions, and what is answered of each on the kind of the run."""
    with databases.migrated() as url:
        yield Editions(tmp_path_factory.mktemp("editions"), url)


@pytest.fixture
def url(databases: Databases, editions: Editions) -> Iterator[str]:
    """Yield the URL of a database of the test's own that has the first edition."""
    with databases.copied(editions.url) as url:
        yield url
