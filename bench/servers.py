"""Servers under test: one process each, pinned to the servers' core and stopped afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
START_TIMEOUT = 60.0
"""Seconds in which a server must start to respond."""


def progress(text: str) -> None:
    """Write a line of progress to standard error."""
    sys.stderr.write(f"{text}\n")


class BenchError(Exception):
    """A reason why the benchmark can't run, worded for its user."""


@dataclass(frozen=True)
class Cores:
    """The core of the servers and databases, and the core of the load generator."""

    servers: int
    load: int


def available_cores() -> Cores:
    """Return the cores to use; raise BenchError if there are fewer than two."""
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise BenchError("Two cores are needed: one for the servers, one to load them from.")
    return Cores(servers=available[0], load=available[1])


def find_program(name: str, hint: str) -> str:
    """Return the path of a program, of this environment first; raise BenchError if missing."""
    installed = Path(sys.executable).parent / name
    path = str(installed) if installed.exists() else shutil.which(name)
    if path is None:
        raise BenchError(f"«{name}» is needed: {hint}")
    return path


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """Return a command with its process pinned to one core."""
    return [find_program("taskset", "it is part of util-linux."), "-c", str(core), *command]


def free_port() -> int:
    """Return an unused local port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    port: int
    pid: int

    @property
    def address(self) -> str:
        """The host and port of the server."""
        return f"127.0.0.1:{self.port}"

    def memory(self) -> tuple[float, float]:
        """Return the current and the peak resident set size, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        current, peak = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return current, peak


def is_up(port: int, path: str) -> bool:
    """Return whether a server responds to ``path`` with a status below 500."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def run_server(
    name: str,
    command: Sequence[str],
    *,
    port: int,
    core: int,
    ready_path: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server until the block ends; raise BenchError if it doesn't start in time."""
    logs = DATA / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            pinned(core, command),
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not is_up(port, ready_path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{name} didn't start: see {log.relative_to(ROOT)}")
            time.sleep(0.005)
        yield Server(name, port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def uvicorn(factory: str, port: int) -> list[str]:
    """Return the command of an application under uvicorn, with Pobratim's own options."""
    return [
        sys.executable,
        *("-m", "uvicorn", "--factory", factory, "--host", "127.0.0.1", "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
        "--no-server-header",
    ]


def run_pobratim(name: str, url: str, core: int, *, cached: bool) -> AbstractContextManager[Server]:
    """Run Pobratim on a database until the block ends."""
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "ACCESS_LOG": "false",
        **({} if cached else {"CACHE_ENTRIES": "0"}),
    }
    command = [sys.executable, "-m", "app"]
    return run_server(
        name, command, port=port, core=core, ready_path="/readyz", environment=environment
    )
