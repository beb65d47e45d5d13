"""Fixtures of the fault tests: the two editions, and a folder for another user."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """Yield a folder that other users may enter."""
    folder = Path(tempfile.mkdtemp(prefix="pobratim-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)
