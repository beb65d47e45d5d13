"""Load: the output of wrk is parsed, and failed responses stop a measurement."""

from pathlib import Path

import pytest

from bench.load import SCRIPT, Spread, requests_per_second
from bench.servers import BenchError, find_program

PRINTED = """Running 2s test @ http://127.0.0.1:8000/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.08ms  211.07us   6.57ms   92.52%
    Req/Sec     7.45k   341.73     7.95k    75.00%
  14841 requests in 2.00s, 145.10MB read
Requests/sec:   7420.36
Transfer/sec:     72.55MB
"""


def test_wrk_output_is_parsed() -> None:
    assert requests_per_second(PRINTED) == 7420.36


@pytest.mark.parametrize(
    "line",
    [
        "  Non-2xx or 3xx responses: 12",
        "  Socket errors: connect 0, read 3, write 0, timeout 0",
    ],
)
def test_failed_responses_stop_a_measurement(line: str) -> None:
    with pytest.raises(BenchError, match=line.strip()):
        requests_per_second(PRINTED.replace("Requests/sec", f"{line}\nRequests/sec"))


def test_unparsable_output_is_reported() -> None:
    with pytest.raises(BenchError, match="wrk said"):
        requests_per_second("nonsense")


def test_the_script_has_every_path() -> None:
    script = SCRIPT.format(paths='"/a", "/b"')
    assert 'local paths = {"/a", "/b"}' in script
    assert script.count("{") == script.count("}")


def test_a_spread_is_the_median_and_the_quartiles() -> None:
    assert Spread.of([5, 1, 4, 2, 3]) == Spread(3, 2, 4)
    assert Spread.of([7]) == Spread(7, 7, 7)


def test_a_missing_program_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BenchError, match="«wrk-no» is needed: get it"):
        find_program("wrk-no", "get it")
