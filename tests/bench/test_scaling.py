"""Scaling: data sets are measured alternately, and a failed response is reported."""

from typing import cast

import pytest

from bench.load import Client
from bench.scaling import measure_latencies
from bench.servers import BenchError


class RecordingClient:
    """A fake client that records its name and the requested paths."""

    def __init__(self, name: str, seen: list[str]) -> None:
        self.name = name
        self.seen = seen

    def latency(self, path: str) -> float:
        """Return the latency of a path: the digit at its end, in seconds."""
        if path == "/fails":
            raise BenchError("/fails is answered with 503")
        self.seen.append(f"{self.name}{path}")
        return float(path[-1])


def test_data_sets_alternate_and_every_path_is_used() -> None:
    seen: list[str] = []
    clients = cast("list[Client]", [RecordingClient("small", seen), RecordingClient("large", seen)])
    latencies = measure_latencies(clients, [["/1", "/2"], ["/3"]], requests=4)
    assert latencies == [[1, 2, 1, 2], [3, 3, 3, 3]]
    assert seen[-8:] == ["small/1", "large/3", "small/2", "large/3"] * 2


def test_a_slow_request_is_measured_a_minimum_number_of_times() -> None:
    latencies = measure_latencies(
        cast("list[Client]", [RecordingClient("", [])]), [["/1"]], requests=300, budget=0
    )
    assert len(latencies[0]) == 20


def test_a_failed_response_is_reported() -> None:
    with pytest.raises(BenchError, match="503"):
        measure_latencies(cast("list[Client]", [RecordingClient("", [])]), [["/fails"]], requests=3)
