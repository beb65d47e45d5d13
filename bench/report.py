"""Report: the results as a table, as JSON and as a chart."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import Spread

START, END = "<!-- The table is written by `make bench`. -->", "<!-- End of the table. -->"
COLUMNS = ("what", "measured", "against", "ratio", "target", "")
LARGER_RESPONSE = 1.2
"""The lowest ratio of response sizes that the table reports."""
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Resources:
    """The resources of a command: CPU time in seconds, memory and database size in MB."""

    cpu: float
    memory: float
    database: float


@dataclass(frozen=True)
class Row:
    """A measurement and its baseline; the field names are the keys of the JSON report.

    The ratio of ``measured`` to ``against`` (the baseline, named by ``than``) must be at least
    ``target``, or at most ``target`` if ``at_most`` is set. A row with an ``error`` has no
    measurement and misses its target. ``sizes`` is the ratio of the response sizes in bytes.
    """

    group: str
    what: str
    name: str
    unit: str
    measured: Spread | None
    against: Spread | None = None
    than: str = ""
    target: float | None = None
    at_most: bool = False
    error: str = ""
    sizes: float | None = None
    resources: Resources | None = None

    @property
    def ratio(self) -> float | None:
        """The measured median divided by the baseline's, or None without both."""
        if self.measured is None or self.against is None:
            return None
        return self.measured.median / self.against.median

    @property
    def met(self) -> bool | None:
        """Whether the target is met, or None for a row without a target."""
        if self.target is None:
            return None
        if self.ratio is None:
            return False
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _spread(spread: Spread | None, unit: str) -> str:
    if spread is None:
        return ""
    middle, low, high = map(_number, (spread.median, spread.low, spread.high))
    return f"{middle} {unit}" + (f" ({low}–{high})" if low != high else "")


def _verdict(met: bool | None) -> str:
    return "" if met is None else "met" if met else "**missed**"


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    return f"{'≤' if row.at_most else '≥'} {row.target:g} ×"


def _row_cells(row: Row) -> Cells:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    against = f"{row.than}: {_spread(row.against, row.unit)}" if row.against else ""
    if row.sizes is not None and row.sizes >= LARGER_RESPONSE:
        against += f"; answers {row.sizes:.1f} × as large"
    what = f"— {row.name}" if row.name else row.what
    measured = row.error or _spread(row.measured, row.unit)
    if row.resources is not None:
        cpu, memory, database = map(_number, astuple(row.resources))
        measured += f"; CPU {cpu} s, memory {memory} MB, database {database} MB"
    return (
        what,
        measured,
        against,
        ratio,
        _target(row),
        _verdict(row.met),
    )


def _summary(rows: Sequence[Row]) -> list[Cells]:
    """Return a summary of rows that differ only in name, then the rows that missed the target."""
    ranked = sorted(rows, key=_ratio_or_infinity)
    worst = ranked[-1]
    ratios = [row.ratio for row in ranked if row.ratio is not None]
    missed = [row for row in reversed(ranked) if row.met is False or row.error]
    summary = (
        f"{worst.what}, {len(rows)} asked",
        f"worst: {worst.name}",
        f"{len(missed)} missed" if missed else "",
        f"{median(ratios):.2f} × median, {ratios[-1]:.2f} × worst" if ratios else "",
        _target(worst),
        _verdict(None if worst.target is None else not missed),
    )
    return [summary, *map(_row_cells, missed)]


def _ratio_or_infinity(row: Row) -> float:
    return math.inf if row.ratio is None else row.ratio


def table_groups(rows: Sequence[Row]) -> list[tuple[str, list[Cells]]]:
    """Return the lines of the table by group; rows with a name are summarized."""
    groups = []
    for group, members in groupby(rows, key=lambda row: row.group):
        lines: list[Cells] = []
        by_what: dict[str, list[Row]] = {}
        for row in members:
            by_what.setdefault(row.what, []).append(row)
        for same_what in by_what.values():
            lines += _summary(same_what) if same_what[0].name else map(_row_cells, same_what)
        groups.append((group, lines))
    return groups


def text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal."""
    groups = [
        (group, [tuple(_without_markup(cell) for cell in line) for line in lines])
        for group, lines in table_groups(rows)
    ]
    all_lines = [COLUMNS, *(line for _group, lines in groups for line in lines)]
    widths = [max(len(line[column]) for line in all_lines) for column in range(len(COLUMNS))]

    def align(line: Cells) -> str:
        return "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()

    output = [align(COLUMNS)]
    for group, lines in groups:
        output += ["", group.upper(), *map(align, lines)]
    return "\n".join(output)


def _without_markup(cell: str) -> str:
    return cell.replace("**missed**", "MISSED")


def markdown(rows: Sequence[Row], metadata: dict[str, Any]) -> str:
    """Return the table in Markdown, preceded by the run's metadata."""
    output = [", ".join(f"{name}: {value}" for name, value in metadata.items()) + ".", ""]
    output += [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    for group, lines in table_groups(rows):
        output.append(f"| **{group}** |" + " |" * (len(COLUMNS) - 1))
        output += [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join(output)


def write_json(rows: Sequence[Row], metadata: dict[str, Any], path: Path) -> None:
    """Write every row as JSON, including those that the table summarizes."""
    json_rows = [_rounded({**asdict(row), "ratio": row.ratio, "met": row.met}) for row in rows]
    path.write_text(
        json.dumps({"about": metadata, "rows": json_rows}, ensure_ascii=False, indent=1) + "\n"
    )


def _rounded(value: Any) -> Any:
    """Return a value with its floats rounded to four digits, about the precision of a run."""
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def write_markdown(rows: Sequence[Row], metadata: dict[str, Any], path: Path) -> None:
    """Replace the table between the markers of the page."""
    page = path.read_text()
    generated = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    table = f"{START}\n\n{markdown(rows, metadata)}\n\n{END}"
    path.write_text(generated.sub(lambda _match: table, page))


def write_chart(rows: Sequence[Row], path: Path) -> None:
    """Draw the rows with a target as bars: ratio to target, the worst of each summarized group."""
    import matplotlib as mpl  # noqa: PLC0415 (installed by `make bench` only)

    mpl.use("svg")
    # A fixed salt makes the file reproducible, byte for byte.
    mpl.rcParams |= {"svg.hashsalt": "pobratim", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot  # noqa: PLC0415

    scores = _worst_scores(rows)
    figure, axes = pyplot.subplots(figsize=(9, 0.28 * len(scores) + 1.2), layout="constrained")
    names = [f"{group}: {what} / {than}" for group, what, than in scores]
    colours = ["#2a7f62" if score >= 1 else "#b3432b" for score in scores.values()]
    # Bars start at 1, where the target is just met, because a log scale has no zero.
    bars = axes.barh(names, [score - 1 for score in scores.values()], left=1, color=colours)
    axes.bar_label(bars, [f"{score:.2f}" for score in scores.values()], padding=3)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("how well the target is met: 1 just meets it, 2 is twice as good (log scale)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _worst_scores(rows: Sequence[Row]) -> dict[tuple[str, str, str], float]:
    """Return the lowest score of the rows by group, ``what`` and baseline; 1 meets the target."""
    scores: dict[tuple[str, str, str], float] = {}
    for row in rows:
        if row.target is not None:
            score = _ratio_or_infinity(row) / row.target
            score = 1 / max(score, 1e-3) if row.at_most else score
            score = max(score, 1e-3)
            key = (row.group, row.what, row.than)
            scores[key] = min(score, scores.get(key, score))
    return scores
