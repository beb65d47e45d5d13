"""A hundred reloads under readers: every answer is of one revision."""

import subprocess
import sys

import pytest

from tests.faults.editions import Answer, Crowd, Editions, answers, is_known, loaded, serving
from tests.kit import ROOT, eventually

_RELOADS = 100
_RELOADING = """
import os, sys
from seed.__main__ import main
sys.stdout = open(os.devnull, "w")
for number in range(int(sys.argv[1])):
    assert main(["--documents", sys.argv[2 + (number + 1) % 2]]) == 0
"""


@pytest.mark.parametrize("entries", [0, 4096])
def test_no_answer_mixes_two_revisions(
    fresh_url: str, editions: Editions, monkeypatch: pytest.MonkeyPatch, entries: int
) -> None:
    assert loaded(editions.folders[0], fresh_url) == 0
    first, second = editions.answers

    def judge(path: str, answer: Answer) -> str:
        if answer == first[path]:
            return "first"
        assert answer == second[path], f"{path} is of no edition"
        return "second"

    monkeypatch.setenv("DATABASE_URL", fresh_url)
    command = [sys.executable, "-c", _RELOADING, str(_RELOADS), *map(str, editions.folders)]
    with serving(fresh_url, cache_entries=entries) as client:
        eventually(lambda: is_known(client))
        crowd = Crowd(client, editions.paths)
        with crowd.asking(judge):
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
            )
        assert (done.returncode, done.stderr) == (0, "")
        assert min(crowd.seen["first"], crowd.seen["second"]) > len(editions.paths)
        # The last is there at once, or as soon as PostgreSQL has told of it.
        eventually(lambda: client.get("/v1/companies/firma-03").content == first_of(editions))
    assert answers(fresh_url, editions.paths) == first


def first_of(editions: Editions) -> bytes:
    """Return the body of one answer of the first edition."""
    body: bytes = editions.answers[0]["/v1/companies/firma-03"][2]
    return body
