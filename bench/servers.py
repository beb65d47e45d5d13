"""Servers: each a process of its own on the servers' core, with its memory; stopped afterwards."""

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
PATIENCE = 60.0
"""Seconds that a server may take to start."""


def progress(text: str) -> None:
    """Tell whoever waits what is being done."""
    sys.stderr.write(f"{text}\n")


class BenchError(Exception):
    """What keeps the measurement from being made, in words for the one who runs it."""


@dataclass(frozen=True)
class Cores:
    """The two cores: one for servers and databases, the other for who asks them."""

    servers: int
    load: int


def cores() -> Cores:
    """Return the cores to use; raise BenchError where there aren't two."""
    found = sorted(os.sched_getaffinity(0))
    if len(found) < 2:
        raise BenchError("Two cores are needed: one for the servers, one to load them from.")
    return Cores(servers=found[0], load=found[1])


def program(name: str, hint: str) -> str:
    """Return the path of a program, from this environment first; raise BenchError without it."""
    here = Path(sys.executable).parent / name
    found = str(here) if here.exists() else shutil.which(name)
    if found is None:
        raise BenchError(f"«{name}» is needed: {hint}")
    return found


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """Return the command that runs another one on one core."""
    return [program("taskset", "it is part of util-linux."), "-c", str(core), *command]


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    port: int
    pid: int

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def memory(self) -> tuple[float, float]:
        """Return its memory now and the most it ever had, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        now, most = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return now, most


def is_up(port: int, path: str) -> bool:
    """Tell whether a server answers ``path``, with whatever is no error of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def serving(
    name: str,
    command: Sequence[str],
    *,
    port: int,
    core: int,
    ready: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server until the block ends; raise BenchError if it doesn't start."""
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
        give_up = time.monotonic() + PATIENCE
        while not is_up(port, ready):
            if process.poll() is not None or time.monotonic() > give_up:
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
    """Return the command for an application under uvicorn, set up as our own server is."""
    return [
        sys.executable,
        *("-m", "uvicorn", "--factory", factory, "--host", "127.0.0.1", "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
        "--no-server-header",
    ]


def pobratim(name: str, url: str, core: int, *, cached: bool) -> AbstractContextManager[Server]:
    """Run our own server over a database until the block ends."""
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "ACCESS_LOG": "false",
        **({} if cached else {"CACHE_ENTRIES": "0"}),
    }
    command = [sys.executable, "-m", "app"]
    return serving(name, command, port=port, core=core, ready="/readyz", environment=environment)
