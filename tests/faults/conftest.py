"""What tests of faults share: the two editions."""

import pytest

from tests.databases import Databases
from tests.faults.editions import Editions


@pytest.fixture(scope="session")
def editions(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """Return the two editions, and what is answered of each on the kind of the run."""
    with databases.migrated() as url:
        return Editions(tmp_path_factory.mktemp("editions"), url)
