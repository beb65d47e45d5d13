"""A hundred reloads under readers: every answer is of one revision."""

import subprocess
import sys

import pytest

from tests.faults.editions import Answer, Crowd, Editions, ask, is_known, serving
from tests.helpers import ROOT, eventually

_RELOADS = 100
_RELOADING = """
import functools, os, sys
from seed import load
from seed.__main__ import main
# Half of so small a load is SQL that each engine compiles anew.
load.make_engine = functools.cache(load.make_engine)
sys.stdout = open(os.devnull, "w")
for number in range(int(sys.argv[1])):
    assert main(["--documents", sys.argv[2 + (number + 1) % 2]]) == 0
"""


def test_no_answer_mixes_two_revisions(
    url: str, editions: Editions, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = editions.answers

    def judge(path: str, answer: Answer) -> str:
        if answer == first[path]:
            return "first"
        assert answer == second[path], f"{path} is of no edition"
        return "second"

    monkeypatch.setenv("DATABASE_URL", url)
    command = [sys.executable, "-c", _RELOADING, str(_RELOADS), *map(str, editions.folders)]
    with (
        serving(url) as keeping,
        serving(url, cache_entries=0) as asking,
    ):
        eventually(lambda: is_known(keeping))
        crowds = [Crowd(client, editions.paths, 0.05) for client in (keeping, asking)]
        with crowds[0].asking(judge), crowds[1].asking(judge):
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
            )
        assert (done.returncode, done.stderr) == (0, "")
        for crowd in crowds:
            assert min(crowd.seen["first"], crowd.seen["second"]) > len(editions.paths)
        # The last is there at once, or as soon as PostgreSQL has told of it.
        for client in (keeping, asking):
            eventually(
                lambda client=client: all(  # type: ignore[misc]
                    ask(client, path) == first[path] for path in editions.paths
                )
            )
