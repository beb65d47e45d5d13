"""Measured loads: the changes of a document, and the rows of the table."""

import shutil
from pathlib import Path

import pytest

from bench import databases, loading
from bench.commands import Cost
from bench.loading import CHANGES, DataSet, document_to_change
from bench.servers import Cores
from seed.load.pipeline import check
from seed.synthetic.generate import generate


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of generated documents."""
    folder = tmp_path_factory.mktemp("generated") / "documents"
    generate(folder, 500, 1)
    return folder


def file_contents(folder: Path) -> dict[Path, bytes]:
    """Return the contents of all files in a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_changes_can_be_repeated_and_loaded(documents: Path, tmp_path: Path) -> None:
    copy = tmp_path / "documents"
    shutil.copytree(documents, copy)
    changed, _ = document_to_change(copy)
    data = DataSet(500, copy, changed.name, "")
    states = [file_contents(copy)]
    for _ in range(2):
        for apply in CHANGES.values():
            apply(data)
            assert check(copy)
            states.append(file_contents(copy))
    # Removed, added, shifted; removed, added, shifted back.
    assert states[2] == states[0]
    assert states[6] == states[0]
    assert len(states[1]) < len(states[0])
    assert states[3] != states[0]


def test_a_load_is_compared_by_size(
    documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = {500: 1.0, 1_000_000: 1.4}
    monkeypatch.setattr(loading, "DATA", tmp_path)
    monkeypatch.setattr(databases, "documents_folder", lambda _facts: documents)
    monkeypatch.setattr(databases, "create_anew", lambda _url: None)
    monkeypatch.setattr(databases, "size", lambda _url: 5.0)
    monkeypatch.setattr(DataSet, "load", lambda data: Cost(costs[data.facts], 0.5, 90.0))
    rows = loading.measure("sqlite", list(costs), Cores(0, 1), rounds=2)
    assert [row.what for row in rows[:2]] == [
        "everything, 500 facts",
        "everything, 1,000,000 facts",
    ]
    assert len(rows) == 2 + 3 * len(CHANGES)
    fewest, most, allowed = rows[2:5]
    assert (fewest.ratio, fewest.met) == (None, None)
    assert (most.ratio, most.target, most.met) == (1.4, 1.5, True)
    assert (allowed.ratio, allowed.target, allowed.met) == (0.7, 1, True)
    assert not list(tmp_path.iterdir())
