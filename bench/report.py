"""The report: one table for people, the same as JSON and as a picture."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import Spread

START, END = "<!-- The table is written by `make bench`. -->", "<!-- End of the table. -->"
COLUMNS = ("what", "measured", "against", "ratio", "target", "")
LARGER = 1.2
"""From how many times as many bytes on the table says that answers are larger."""
Line = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One measurement, and what it is held against.

    ``target`` is what the ratio of the two must reach, or keep below where it says ``at_most``.
    Where there was an ``error`` instead of an answer, nothing is measured and the target missed.
    ``sizes`` says how many times as many bytes the answers have as those they are held against.
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

    @property
    def ratio(self) -> float | None:
        """How many times as much as what it is held against."""
        if self.measured is None or self.against is None:
            return None
        return self.measured.median / self.against.median

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None without one."""
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


def _line(row: Row) -> Line:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    against = f"{row.than}: {_spread(row.against, row.unit)}" if row.against else ""
    if row.sizes is not None and row.sizes >= LARGER:
        against += f"; answers {row.sizes:.1f} × as large"
    what = f"— {row.name}" if row.name else row.what
    return (
        what,
        row.error or _spread(row.measured, row.unit),
        against,
        ratio,
        _target(row),
        _verdict(row.met),
    )


def _summary(rows: Sequence[Row]) -> list[Line]:
    """Return a line for the questions of one sort, and one for each that missed."""
    ranked = sorted(rows, key=_badness)
    worst = ranked[-1]
    ratios = [row.ratio for row in ranked if row.ratio is not None]
    missed = [row for row in reversed(ranked) if row.met is False or row.error]
    head = (
        f"{worst.what}, {len(rows)} asked",
        f"worst: {worst.name}",
        f"{len(missed)} missed" if missed else "",
        f"{median(ratios):.2f} × median, {ratios[-1]:.2f} × worst" if ratios else "",
        _target(worst),
        _verdict(None if worst.target is None else not missed),
    )
    return [head, *map(_line, missed)]


def _badness(row: Row) -> float:
    return math.inf if row.ratio is None else row.ratio


def lines(rows: Sequence[Row]) -> list[tuple[str, list[Line]]]:
    """Return the table's lines by group; many questions of one sort are summed up."""
    table = []
    for group, members in groupby(rows, key=lambda row: row.group):
        shown: list[Line] = []
        by_sort: dict[str, list[Row]] = {}
        for row in members:
            by_sort.setdefault(row.what, []).append(row)
        for same in by_sort.values():
            shown += _summary(same) if same[0].name else map(_line, same)
        table.append((group, shown))
    return table


def text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal."""
    table = [
        (group, [tuple(_plain(cell) for cell in line) for line in found])
        for group, found in lines(rows)
    ]
    every = [COLUMNS, *(line for _group, found in table for line in found)]
    widths = [max(len(line[at]) for line in every) for at in range(len(COLUMNS))]

    def show(line: Line) -> str:
        return "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()

    shown = [show(COLUMNS)]
    for group, found in table:
        shown += ["", group.upper(), *map(show, found)]
    return "\n".join(shown)


def _plain(cell: str) -> str:
    return cell.replace("**missed**", "MISSED")


def markdown(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """Return the table for the docs."""
    shown = [", ".join(f"{name}: {value}" for name, value in about.items()) + ".", ""]
    shown += [f"| {' | '.join(COLUMNS)} |", "|" + "---|" * len(COLUMNS)]
    for group, found in lines(rows):
        shown.append(f"| **{group}** |" + " |" * (len(COLUMNS) - 1))
        shown += [f"| {' | '.join(line)} |" for line in found]
    return "\n".join(shown)


def write_json(rows: Sequence[Row], about: dict[str, Any], path: Path) -> None:
    """Write every row, whatever the table sums up."""
    found = [_rounded({**asdict(row), "ratio": row.ratio, "met": row.met}) for row in rows]
    path.write_text(
        json.dumps({"about": about, "rows": found}, ensure_ascii=False, indent=1) + "\n"
    )


def _rounded(value: Any) -> Any:
    """Return what is measured with as many digits as it is worth."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def write_markdown(rows: Sequence[Row], about: dict[str, Any], path: Path) -> None:
    """Put the table into the page, between its marks."""
    page = path.read_text()
    between = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    table = f"{START}\n\n{markdown(rows, about)}\n\n{END}"
    path.write_text(between.sub(lambda _match: table, page))


def write_picture(rows: Sequence[Row], path: Path) -> None:
    """Draw what is held to a target: each ratio as a share of it, the worst of many questions."""
    import matplotlib as mpl  # noqa: PLC0415 (in the environment of `make bench` alone)

    mpl.use("svg")
    # The same measurements are the same picture, byte for byte.
    mpl.rcParams |= {"svg.hashsalt": "pobratim", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot  # noqa: PLC0415

    worst: dict[tuple[str, str, str], float] = {}
    for row in rows:
        if row.target is not None:
            share = _badness(row) / row.target
            share = 1 / max(share, 1e-3) if row.at_most else share
            share = max(share, 1e-3)
            key = (row.group, row.what, row.than)
            worst[key] = min(share, worst.get(key, share))
    figure, axes = pyplot.subplots(figsize=(9, 0.28 * len(worst) + 1.2), layout="constrained")
    names = [f"{group}: {what} / {than}" for group, what, than in worst]
    colours = ["#2a7f62" if share >= 1 else "#b3432b" for share in worst.values()]
    # On a logarithmic scale only the distance from 1 means something.
    bars = axes.barh(names, [share - 1 for share in worst.values()], left=1, color=colours)
    axes.bar_label(bars, [f"{share:.2f}" for share in worst.values()], padding=3)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("how well the target is met: 1 just meets it, 2 is twice as good (log scale)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
