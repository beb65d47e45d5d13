"""The report: ratios, verdicts, and the same rows as text, as JSON and on the page."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import report
from bench.load import Spread
from bench.report import END, START, Resources, Row


def row(measured: float, against: float, target: float | None, *, at_most: bool = False) -> Row:
    """Return a row of the group «speed»."""
    return Row(
        group="speed",
        what="hot list",
        name="",
        unit="/s",
        measured=Spread(measured, measured, measured),
        against=Spread(against, against, against),
        than="bare ASGI",
        target=target,
        at_most=at_most,
    )


def scaling_row(name: str, measured: float) -> Row:
    """Return a row of the scaling group whose latency on the small data set is 2 ms."""
    return Row(
        group="growth, sqlite",
        what="filter",
        name=name,
        unit="ms",
        measured=Spread(measured, measured - 0.5, measured + 0.5),
        against=Spread(2, 1.5, 2.5),
        than="the small one",
        target=1.5,
        at_most=True,
    )


ROWS = [row(800, 1000, 0.7), row(800, 1000, 0.9), scaling_row("a", 2.2), scaling_row("b", 4)]


@pytest.mark.parametrize(
    ("target", "at_most", "met"),
    [
        (0.8, False, True),
        (0.81, False, False),
        (0.8, True, True),
        (0.79, True, False),
        (None, False, None),
    ],
)
def test_a_ratio_is_compared_with_its_target(
    target: float | None, at_most: bool, met: bool | None
) -> None:
    found = row(800, 1000, target, at_most=at_most)
    assert found.ratio == 0.8
    assert found.met is met


def test_the_table_shows_missed_targets_and_the_worst_request() -> None:
    shown = [" ".join(line.split()) for line in report.text(ROWS).splitlines()]
    assert "hot list 800 /s bare ASGI: 1,000 /s 0.80 × ≥ 0.7 × met" in shown
    assert "hot list 800 /s bare ASGI: 1,000 /s 0.80 × ≥ 0.9 × MISSED" in shown
    assert "filter, 2 asked worst: b 1 missed 1.55 × median, 2.00 × worst ≤ 1.5 × MISSED" in shown
    assert "— b 4 ms (3.5–4.5) the small one: 2 ms (1.5–2.5) 2.00 × ≤ 1.5 × MISSED" in shown
    assert not any(line.startswith("— a") for line in shown)


def test_json_has_every_row(tmp_path: Path) -> None:
    report.write_json(ROWS, {"Python": "3.11"}, tmp_path / "benchmark.json")
    found = json.loads((tmp_path / "benchmark.json").read_text())
    assert found["about"] == {"Python": "3.11"}
    assert [each["met"] for each in found["rows"]] == [True, False, True, False]
    assert found["rows"][0]["ratio"] == 0.8


def test_the_page_retains_the_text_around_the_table(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"Before\n\n{START}\n\nold\n\n{END}\n\nAfter\n")
    for _ in range(2):
        report.write_markdown(ROWS, {"Python": "3.11"}, page)
    text = page.read_text()
    assert text.startswith(f"Before\n\n{START}\n\nPython: 3.11.\n\n| what |")
    assert text.endswith(f"|\n\n{END}\n\nAfter\n")
    assert "old" not in text
    assert text.count("**missed**") == 3


def test_larger_responses_are_reported() -> None:
    larger = replace(scaling_row("c", 4), sizes=9.4)
    shown = [" ".join(line.split()) for line in report.text([larger]).splitlines()]
    assert (
        "— c 4 ms (3.5–4.5) the small one: 2 ms (1.5–2.5); answers 9.4 × as large "
        "2.00 × ≤ 1.5 × MISSED" in shown
    )


def test_the_resources_of_a_command_are_reported() -> None:
    load = replace(row(2, 1, 1.5), resources=Resources(cpu=1.25, memory=120, database=3))
    shown = " ".join(report.text([load]).split())
    assert "2 /s; CPU 1.25 s, memory 120 MB, database 3 MB bare ASGI" in shown


def test_an_error_misses_its_target() -> None:
    failed = replace(scaling_row("c", 2), measured=None, against=None, error="answered with 503")
    assert failed.met is False
    shown = [" ".join(line.split()) for line in report.text([*ROWS, failed]).splitlines()]
    assert "filter, 3 asked worst: c 2 missed 1.55 × median, 2.00 × worst ≤ 1.5 × MISSED" in shown
    assert "— c answered with 503 ≤ 1.5 × MISSED" in shown
