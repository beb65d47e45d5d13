"""Growth: sizes are asked in turn, and an answer that fails is a result too."""

from typing import cast

import pytest

from bench.load import Client
from bench.scaling import measure_latencies
from bench.servers import BenchError


class Asked:
    """A client that only remembers what it is asked, and by whom before."""

    def __init__(self, name: str, seen: list[str]) -> None:
        self.name = name
        self.seen = seen

    def latency(self, path: str) -> float:
        """Return how long a path takes: as many seconds as its last letter says."""
        if path == "/fails":
            raise BenchError("/fails is answered with 503")
        self.seen.append(f"{self.name}{path}")
        return float(path[-1])


def test_sizes_are_asked_in_turn_and_every_wording_is_used() -> None:
    seen: list[str] = []
    clients = cast("list[Client]", [Asked("small", seen), Asked("large", seen)])
    taken = measure_latencies(clients, [["/1", "/2"], ["/3"]], requests=4)
    assert taken == [[1, 2, 1, 2], [3, 3, 3, 3]]
    assert seen[-8:] == ["small/1", "large/3", "small/2", "large/3"] * 2


def test_a_slow_question_is_given_up_once_it_was_asked_often_enough() -> None:
    taken = measure_latencies(
        cast("list[Client]", [Asked("", [])]), [["/1"]], requests=300, budget=0
    )
    assert len(taken[0]) == 20


def test_a_failure_is_told() -> None:
    with pytest.raises(BenchError, match="503"):
        measure_latencies(cast("list[Client]", [Asked("", [])]), [["/fails"]], requests=3)
