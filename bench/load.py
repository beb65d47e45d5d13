"""Load generators: throughput by wrk, and the latency of single requests."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from statistics import quantiles

from bench.servers import BenchError, Server, find_program, pinned

CONNECTIONS = 8
INSTALL_WRK = "install it as `apt-get install wrk`, or from https://github.com/wg/wrk."
# Requests are formatted in init, before the clock runs, so that formatting costs wrk no throughput.
SCRIPT = """
local paths = {{{paths}}}
local requests, at = {{}}, 0
init = function()
  for _, path in ipairs(paths) do requests[#requests + 1] = wrk.format("GET", path) end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
"""


@dataclass(frozen=True)
class Spread:
    """The median and quartiles of a series of measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, measured: Sequence[float]) -> "Spread":
        """Return the spread of a series of at least one measurement."""
        if len(measured) == 1:
            return cls(measured[0], measured[0], measured[0])
        low, median, high = quantiles(measured, n=4, method="inclusive")
        return cls(median, low, high)


def requests_per_second(output: str) -> float:
    """Return the throughput in wrk's output; raise BenchError if any request failed."""
    failures = re.search(r"Non-2xx or 3xx responses: .*|Socket errors: .*", output)
    if failures:
        raise BenchError(f"Under load not all answers were good. {failures[0]}")
    throughput = re.search(r"^Requests/sec:\s+([\d.]+)$", output, re.MULTILINE)
    if throughput is None:
        raise BenchError(f"wrk said what can't be read:\n{output}")
    return float(throughput[1])


def _wrk_command(
    script: str,
    server: Server,
    core: int,
    headers: Mapping[str, str],
    *,
    connections: int,
    seconds: int,
) -> list[str]:
    header_options = [
        option for name, value in headers.items() for option in ("-H", f"{name}: {value}")
    ]
    return pinned(
        core,
        [
            find_program("wrk", INSTALL_WRK),
            *("-t", "1", "-c", str(connections), "-d", f"{seconds}", "-s", script),
            *header_options,
            f"http://{server.address}/",
        ],
    )


@contextmanager
def _wrk_script(paths: Sequence[str]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(SCRIPT.format(paths=", ".join(json.dumps(path) for path in paths)))
        script.flush()
        yield script.name


def wrk(
    server: Server,
    paths: Sequence[str],
    *,
    core: int,
    seconds: int,
    headers: Mapping[str, str] | None = None,
    connections: int = CONNECTIONS,
) -> float:
    """Return the requests per second of a server that is sent ``paths`` in turn."""
    with _wrk_script(paths) as script:
        command = _wrk_command(
            script, server, core, headers or {}, connections=connections, seconds=seconds
        )
        completed = subprocess.run(  # noqa: S603 (our own command)
            command, capture_output=True, text=True, timeout=seconds + 60, check=False
        )
    if completed.returncode:
        raise BenchError(f"wrk failed: {completed.stderr or completed.stdout}")
    return requests_per_second(completed.stdout)


@contextmanager
def background_load(
    server: Server, paths: Sequence[str], *, core: int, connections: int
) -> Iterator[None]:
    """Send ``paths`` over all connections without a pause until the block ends."""
    with _wrk_script(paths) as script:
        command = _wrk_command(script, server, core, {}, connections=connections, seconds=120)
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


class Client:
    """An HTTP client with one persistent connection."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.bytes_received = 0
        """The total size of the response bodies of timed requests."""
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=60)

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return the status, headers and body of a response."""
        try:
            response = self._send(path, headers)
        except RemoteDisconnected:
            # Servers close a connection that has been idle for some seconds.
            self._connection.close()
            response = self._send(path, headers)
        return response.status, response.getheaders(), response.read()

    def _send(self, path: str, headers: Mapping[str, str] | None) -> HTTPResponse:
        self._connection.request("GET", path, headers=dict(headers or {}))
        return self._connection.getresponse()

    def json(self, path: str) -> dict[str, object]:
        """Return the JSON object at a path; raise BenchError unless the status is 200."""
        status, _headers, body = self.get(path)
        if status != 200:
            raise BenchError(f"{self.server.name} answered {path} with {status}: {body[:300]!r}")
        parsed: dict[str, object] = json.loads(body)
        return parsed

    def latency(self, path: str) -> float:
        """Return the seconds from the request to the last byte of its response."""
        start = time.perf_counter()
        status, _headers, body = self.get(path)
        elapsed = time.perf_counter() - start
        self.bytes_received += len(body)
        if status != 200:
            raise BenchError(f"{path} is answered with {status}")
        return elapsed

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
