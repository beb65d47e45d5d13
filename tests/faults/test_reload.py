"""Twenty alternating loads under eight readers: every response is of one revision."""

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

_LOADS = 20
_LOADING = """
import os, sys
from seed.__main__ import main
sys.stdout = open(os.devnull, "w")
for number in range(int(sys.argv[1])):
    # The first and the last load are of everything, the others of what has changed.
    options = ["--all"] if number in {0, int(sys.argv[1]) - 1} else []
    assert main(["--documents", sys.argv[2 + (number + 1) % 2], *options]) == 0
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
    command = [sys.executable, "-c", _LOADING, str(_LOADS), *map(str, editions.folders)]
    with (
        serving(url) as cached,
        serving(url, cache_entries=0) as uncached,
    ):
        eventually(lambda: has_revision(cached))
        readers = [
            ConcurrentReaders(client, editions.paths, number=4, pause=0.05)
            for client in (cached, uncached)
        ]
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
