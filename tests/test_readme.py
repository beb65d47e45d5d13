"""The README: its links, targets and settings exist, and its examples show actual output."""

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from app.settings import Settings
from tests.helpers import ROOT
from tests.live_server import serving

README = ROOT / "README.md"
OPERATIONS = ROOT / "docs" / "operations.md"
EXAMPLE = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<answer>.*?)```", re.DOTALL)
EXAMPLES = [match["command"] for match in EXAMPLE.finditer(README.read_text())]


@pytest.fixture(scope="module")
def address(seeded_url: str) -> Iterator[str]:
    """Serve the seeded database; yield the address."""
    with serving(seeded_url) as address:
        yield address


def run(command: str, address: str) -> str:
    done = subprocess.run(
        ["bash", "-c", command.replace("127.0.0.1:8000", address)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.rstrip("\n") + "\n"


def test_there_are_at_least_ten_examples() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("command", EXAMPLES)
def test_the_shown_output_is_the_actual_output(address: str, command: str) -> None:
    answer = run(command, address)
    text = README.read_text()
    shown = next(match for match in EXAMPLE.finditer(text) if match["command"] == command)
    if "UPDATE_README" in os.environ:
        README.write_text(text[: shown.start("answer")] + answer + text[shown.end("answer") :])
    else:
        assert answer == shown["answer"]


def test_linked_paths_and_make_targets_exist() -> None:
    text = README.read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)([^)#]+)", OPERATIONS.read_text()):
        assert (OPERATIONS.parent / path).exists(), path
    makefile = (ROOT / "Makefile").read_text()
    targets = set(" ".join(re.findall(r"^([a-z_ ]+):", makefile, re.MULTILINE)).split())
    assert set(re.findall(r"`make (\w+)", text)) <= targets


def test_every_setting_is_documented() -> None:
    for document in (README, OPERATIONS):
        text = document.read_text()
        for name in Settings.model_fields:
            assert f"`{name.upper()}`" in text, (document.name, name)
