"""A hundred reloads under concurrent readers: every response is of one revision."""

import subprocess
import sys

import pytest

from tests.faults.editions import (
    ConcurrentReaders,
    Editions,
    Response,
    fetch,
    has_revision,
    serving,
)
from tests.helpers import ROOT, eventually

_RELOADS = 100
_RELOADING = """
import functools, os, sys
from seed import load
from seed.__main__ import main
# Half the time of so small a load is SQL compilation, which each new engine repeats.
load.make_engine = functools.cache(load.make_engine)
sys.stdout = open(os.devnull, "w")
for number in range(int(sys.argv[1])):
    assert main(["--documents", sys.argv[2 + (number + 1) % 2]]) == 0
"""


def test_no_response_mixes_two_revisions(
    url: str, editions: Editions, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = editions.responses

    def classify(path: str, response: Response) -> str:
        if response == first[path]:
            return "first"
        assert response == second[path], f"{path} is of no edition"
        return "second"

    monkeypatch.setenv("DATABASE_URL", url)
    command = [sys.executable, "-c", _RELOADING, str(_RELOADS), *map(str, editions.folders)]
    with (
        serving(url) as cached,
        serving(url, cache_entries=0) as uncached,
    ):
        eventually(lambda: has_revision(cached))
        readers = [ConcurrentReaders(client, editions.paths, 0.05) for client in (cached, uncached)]
        with readers[0].running(classify), readers[1].running(classify):
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
            )
        assert (done.returncode, done.stderr) == (0, "")
        for each in readers:
            assert min(each.outcomes["first"], each.outcomes["second"]) > len(editions.paths)
        # The last revision is served at once, or after a notification from PostgreSQL.
        for client in (cached, uncached):
            eventually(
                lambda client=client: all(  # type: ignore[misc]
                    fetch(client, path) == first[path] for path in editions.paths
                )
            )
