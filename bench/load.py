"""Load: requests a second by wrk, and what single requests take, from the load's own core."""

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

from bench.servers import BenchError, Server, pinned, program

CONNECTIONS = 8
WRK = "install it as `apt-get install wrk`, or from https://github.com/wg/wrk."
# Lua that asks for the paths in turn; the requests are made before the clock runs.
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
    """Some measurements: their median and quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, measured: Sequence[float]) -> "Spread":
        """Return the spread of at least one measurement."""
        if len(measured) == 1:
            return cls(measured[0], measured[0], measured[0])
        low, median, high = quantiles(measured, n=4, method="inclusive")
        return cls(median, low, high)


def requests_per_second(printed: str) -> float:
    """Return what wrk's report says; raise BenchError where not every answer was a good one."""
    wrong = re.search(r"Non-2xx or 3xx responses: .*|Socket errors: .*", printed)
    if wrong:
        raise BenchError(f"Under load not all answers were good. {wrong[0]}")
    found = re.search(r"^Requests/sec:\s+([\d.]+)$", printed, re.MULTILINE)
    if found is None:
        raise BenchError(f"wrk said what can't be read:\n{printed}")
    return float(found[1])


def _command(
    script: str,
    server: Server,
    core: int,
    headers: Mapping[str, str],
    *,
    connections: int,
    for_: int,
) -> list[str]:
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    return pinned(
        core,
        [
            program("wrk", WRK),
            *("-t", "1", "-c", str(connections), "-d", f"{for_}", "-s", script, *sent),
            f"http://{server.address}/",
        ],
    )


@contextmanager
def _script(paths: Sequence[str]) -> Iterator[str]:
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
    """Ask a server for ``paths`` in turn for some time; return how many it answered a second."""
    with _script(paths) as script:
        done = subprocess.run(  # noqa: S603 (our own command)
            _command(script, server, core, headers or {}, connections=connections, for_=seconds),
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
    if done.returncode:
        raise BenchError(f"wrk failed: {done.stderr or done.stdout}")
    return requests_per_second(done.stdout)


@contextmanager
def load_beside(
    server: Server, paths: Sequence[str], *, core: int, connections: int
) -> Iterator[None]:
    """Keep so many connections asking for ``paths`` without a pause while the block runs."""
    with _script(paths) as script:
        command = _command(script, server, core, {}, connections=connections, for_=120)
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


class Client:
    """One connection that is kept, and asks for one thing after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.received = 0
        """How many bytes of answers it has been sent while the clock ran."""
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=60)

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        try:
            response = self._ask(path, headers)
        except RemoteDisconnected:
            # A server closes a connection that has had nothing to do for some seconds.
            self._connection.close()
            response = self._ask(path, headers)
        return response.status, response.getheaders(), response.read()

    def _ask(self, path: str, headers: Mapping[str, str] | None) -> HTTPResponse:
        self._connection.request("GET", path, headers=dict(headers or {}))
        return self._connection.getresponse()

    def json(self, path: str) -> dict[str, object]:
        """Return the JSON of a path that must exist."""
        status, _headers, body = self.get(path)
        if status != 200:
            raise BenchError(f"{self.server.name} answered {path} with {status}: {body[:300]!r}")
        found: dict[str, object] = json.loads(body)
        return found

    def seconds(self, path: str) -> float:
        """Return how long it takes until the whole answer is here."""
        start = time.perf_counter()
        status, _headers, body = self.get(path)
        taken = time.perf_counter() - start
        self.received += len(body)
        if status != 200:
            raise BenchError(f"{path} is answered with {status}")
        return taken

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
