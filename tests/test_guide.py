"""The guide for authors: each command, run in order in a copy of the project, answers as shown."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.helpers import ROOT, eventually

GUIDE = ROOT / "docs" / "add-a-document.md"
BLOCK = re.compile(r"```(?P<kind>console|sh)\n(?P<body>.*?)```", re.DOTALL)
STEP = re.compile(r"^\$ (?P<command>[^\n]*?<<'END'\n.*?^END|[^\n]*)\n", re.DOTALL | re.MULTILINE)
TO_COPY = ("app", "migrations", "seed", "Makefile", "pyproject.toml", "requirements.lock")


class Step(NamedTuple):
    """A command of the guide, where its answer stands, and the answer."""

    command: str
    start: int
    end: int
    answer: str


def steps(text: str) -> list[Step]:
    """Return the commands of the guide in their order."""
    found = []
    for block in BLOCK.finditer(text):
        if block["kind"] == "sh":
            found.append(Step(block["body"].strip(), block.end(), block.end(), ""))
            continue
        commands = list(STEP.finditer(text, block.start("body"), block.end("body")))
        ends = [*(each.start() for each in commands[1:]), block.end("body")]
        for command, end in zip(commands, ends, strict=True):
            start = command.end()
            found.append(Step(command["command"], start, end, text[start:end]))
    return found


def project(folder: Path) -> Path:
    """Copy what the commands need into a folder, as a clone has it after ``make run``."""
    for name in TO_COPY:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)
    # What is locked is installed, whatever the times of a checkout.
    os.utime(folder / "requirements.lock", (0, 0))
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    return folder


def run(command: str, folder: Path) -> str:
    """Run a command, which may fail; return all that it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout


@contextmanager
def served(command: str, folder: Path) -> Iterator[str]:
    """Run the command that serves, on a free port; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "ACCESS_LOG": "false"}
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        command.split(),
        cwd=folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(answers, 60)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def test_every_command_of_the_guide_answers_as_shown(tmp_path: Path) -> None:
    folder = project(tmp_path)
    run(".venv/bin/alembic upgrade head && .venv/bin/python -m seed", folder)
    text = GUIDE.read_text(encoding="utf-8")
    found = steps(text)
    (serve,) = [at for at, each in enumerate(found) if each.command == "make run"]
    answers = [run(each.command, folder) for each in found[:serve]]
    with served("make run", folder) as address:
        answers.append("")
        for each in found[serve + 1 :]:
            answer = run(each.command.replace("127.0.0.1:8000", address), folder)
            answers.append(answer.rstrip("\n") + "\n")
    if "UPDATE_README" in os.environ:
        for each, answer in reversed(list(zip(found, answers, strict=True))):
            text = text[: each.start] + answer + text[each.end :]
        GUIDE.write_text(text, encoding="utf-8")
    else:
        assert answers == [each.answer for each in found]


def test_two_answers_need_both_articles_and_a_contradiction_is_refused() -> None:
    found = {each.command: each.answer for each in steps(GUIDE.read_text(encoding="utf-8"))}
    questions = [answer for command, answer in found.items() if command.startswith("curl")]
    assert len(questions) == 2
    for answer in questions:
        assert '"id":"sibir"' in answer
        assert '"total":1' in answer
    refused = [each.answer for each in steps(GUIDE.read_text(encoding="utf-8"))]
    assert any("says «ЗАО» instead" in each for each in refused)
