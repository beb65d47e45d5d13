"""Loading: the cost of loading everything, and one changed document, by the size of the data."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import databases
from bench.commands import Cost, run_measured
from bench.load import Spread
from bench.report import Resources, Row
from bench.servers import DATA, Cores, progress

SIZES = (1_000, 10_000, 100_000, 1_000_000)
CHANGED_LINES = 300
MAX_REPEATED = 10_000
"""The largest number of facts that every round loads; larger sets are loaded once."""
MAX_RATIO = 1.5
"""The most that a change may cost among the most facts, compared with among the fewest."""
MAX_SECONDS = {"sqlite": 2.0, "postgresql": 3.0}
"""The most seconds that a change may take among a million facts."""
MILLION = 1_000_000
_SHIFT = "•"


@dataclass(frozen=True)
class DataSet:
    """A folder of documents with the one to change, ``slug``, and the URL of its database."""

    facts: int
    documents: Path
    slug: str
    url: str

    def load(self) -> Cost:
        """Load what has changed; return what that takes."""
        return run_measured(["seed", "--documents", str(self.documents)], self.url)

    def remove(self) -> None:
        """Move the document out of the folder."""
        (self.documents / self.slug).rename(self.documents.with_name("removed"))

    def add(self) -> None:
        """Move the document back into the folder."""
        self.documents.with_name("removed").rename(self.documents / self.slug)

    def shift(self) -> None:
        """Put a character in front of the text, or take it away again: every offset changes."""
        path = self.documents / self.slug / "text.txt"
        text = path.read_text(encoding="utf-8")
        shifted = text[1:] if text.startswith(_SHIFT) else _SHIFT + text
        path.write_text(shifted, encoding="utf-8")


CHANGES: Mapping[str, Callable[[DataSet], None]] = {
    "removed": DataSet.remove,
    "added": DataSet.add,
    "shifted by a character": DataSet.shift,
}
"""Changes of a document, in an order that can be repeated."""


def document_to_change(documents: Path) -> tuple[Path, int]:
    """Return one of the first documents with about 300 lines, and the number of its lines."""
    lines = {folder: count_lines(folder) for folder in islice(sorted(documents.iterdir()), 200)}
    chosen = min(lines, key=lambda folder: abs(lines[folder] - CHANGED_LINES))
    return chosen, lines[chosen]


def count_lines(folder: Path) -> int:
    """Return the number of lines in the facts file of a generated document."""
    sections = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    return sum(len(lines) for records in sections.values() for lines in records.values())


def measure(system: str, sizes: Sequence[int], cores: Cores, *, rounds: int) -> list[Row]:
    """Return the rows of loads of everything, and of one changed document, by size."""
    changed, lines = document_to_change(databases.documents_folder(max(sizes)))
    with ExitStack() as stack:
        # Documents are copied, because they are changed.
        root = Path(stack.enter_context(TemporaryDirectory(dir=DATA)))
        server = ""
        if system == "postgresql":
            server = stack.enter_context(databases.postgres_server(cores.servers))
        sets = []
        for facts in sizes:
            documents = root / str(facts) / "documents"
            shutil.copytree(databases.documents_folder(facts), documents)
            # The last document of a small set may be the beginning of this one.
            shutil.copytree(changed, documents / changed.name, dirs_exist_ok=True)
            url = stack.enter_context(databases.temporary(facts, documents.parent, server))
            sets.append(DataSet(facts, documents, changed.name, url))
        rows = _everything(system, sets, rounds)
        for each in sets:
            databases.vacuum(each.url)
        return rows + _changes(system, sets, rounds, lines)


def _everything(system: str, sets: Sequence[DataSet], rounds: int) -> list[Row]:
    costs: dict[int, list[Cost]] = {each.facts: [] for each in sets}
    for number in range(rounds):
        for each in sets:
            if number == 0 or each.facts <= MAX_REPEATED:
                progress(f"  {system}: everything, {each.facts:,} facts")
                databases.create_anew(each.url)
                costs[each.facts].append(each.load())
    return [
        _row(system, f"everything, {each.facts:,} facts", each, costs[each.facts]) for each in sets
    ]


def _changes(system: str, sets: Sequence[DataSet], rounds: int, lines: int) -> list[Row]:
    costs: dict[str, list[list[Cost]]] = {change: [[] for _ in sets] for change in CHANGES}
    for number in range(rounds):
        progress(f"  {system}: a changed document, round {number + 1}")
        for change, apply in CHANGES.items():
            for each, measured in zip(sets, costs[change], strict=True):
                apply(each)
                measured.append(each.load())
    rows = []
    for change in CHANGES:
        fewest, *more = (
            _row(system, f"{lines} facts {change}, among {each.facts:,}", each, measured)
            for each, measured in zip(sets, costs[change], strict=True)
        )
        than = f"among {sets[0].facts:,}"
        compared = [replace(row, against=fewest.measured, than=than) for row in more]
        rows += [fewest, *compared[:-1], *(replace(row, target=MAX_RATIO) for row in compared[-1:])]
        if sets[-1].facts >= MILLION:
            most = Spread.of([MAX_SECONDS[system]])
            rows.append(replace(rows[-1], against=most, than="the most allowed", target=1))
    return rows


def _row(system: str, what: str, data: DataSet, costs: Sequence[Cost]) -> Row:
    return Row(
        group=f"load, {system}",
        what=what,
        name="",
        unit="s",
        measured=Spread.of([cost.seconds for cost in costs]),
        at_most=True,
        resources=Resources(
            cpu=median(cost.cpu for cost in costs),
            memory=max(cost.memory for cost in costs),
            database=databases.size(data.url),
        ),
    )
