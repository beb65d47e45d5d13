"""The commands end with one line for a mistake in their surroundings, never with a traceback."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from tests.databases import migrate
from tests.helpers import ROOT, value_fact, write_documents

COMMANDS = {"app": ["app"], "seed": ["seed"], "alembic": ["alembic", "upgrade", "head"]}


def start(arguments: Sequence[str], **variables: str) -> "subprocess.Popen[str]":
    """Start a module as a command, with these variables in its environment."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        env={**os.environ, "PORT": "0", "ACCESS_LOG": "false", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding=variables.get("PYTHONIOENCODING", "utf-8"),
    )


def error_of(process: "subprocess.Popen[str]") -> str:
    """Return the error of a command that must fail with one line."""
    output, error = process.communicate(timeout=60)
    assert process.returncode == 1, error
    assert output == ""
    assert error.count("\n") == 1, error
    return error


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_setting_is_one_line(command: str) -> None:
    error = error_of(start(COMMANDS[command], DATABASE_URL="mysql://user:hunter2@host/name"))
    assert "DATABASE_URL is 'mysql://…'" in error
    assert "hunter2" not in error


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        error = error_of(start(["app"], PORT=port, DATABASE_URL=f"sqlite:///{tmp_path}/x.db"))
    assert f"PORT is {port}: Address already in use" in error


@pytest.mark.parametrize("host", ["::1", "0.0.0.0"])  # noqa: S104
def test_the_printed_address_opens_until_ctrl_c(tmp_path: Path, host: str) -> None:
    process = start(["app"], HOST=host, DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    assert process.stderr is not None
    line = next(line for line in process.stderr if "running on" in line)
    address = re.search(r"open (http:\S+)/, or", line)
    assert address is not None
    assert httpx.get(f"{address[1]}/healthz").text == "alive\n"
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:///{}/text.db", "file is not a database"),
        ("postgresql://user:hunter2@/name?host={}", "Is the server running"),
    ],
)
def test_a_database_that_cannot_be_migrated_is_one_line(
    tmp_path: Path, url: str, reason: str
) -> None:
    (tmp_path / "text.db").write_text("This is no database. " * 100)
    with pytest.raises(SystemExit) as raised:
        migrate(url.format(tmp_path))
    error = str(raised.value.code)
    assert error.startswith("The database can't be migrated: ")
    assert reason in error
    assert "\n" not in error
    assert "hunter2" not in error


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_during_the_imports_is_silent(tmp_path: Path, command: str) -> None:
    # Every command imports it; this one waits instead.
    (tmp_path / "sqlmodel.py").write_text(
        "import sys; print('importing', flush=True); sys.stdin.read()"
    )
    variables = {"PYTHONPATH": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    process = start(COMMANDS[command], **variables)
    assert process.stdout is not None
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 130


@pytest.mark.parametrize("encoding", ["cp1251", "ascii"])
def test_what_an_encoding_lacks_is_escaped(tmp_path: Path, encoding: str) -> None:
    place = {"places": {"omsk": [value_fact("name", "Омск")]}}
    documents = write_documents(tmp_path, {"doc": place})
    with (documents / "doc" / "text.txt").open("a", encoding="utf-8") as text:
        text.write(".\nӘлия не доказана.\n")
    arguments = ["seed", "coverage", "--documents", str(documents)]
    process = start(arguments, PYTHONIOENCODING=encoding, LC_ALL="C")
    output, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert r"\u04d8" in output


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = error_of(start(["seed", "generate", "--documents", str(tmp_path / "file")]))
    assert f"{tmp_path}/file" in error
