"""Reports: what a load has changed, by kind and sign, and what a load would change."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seed.load.pipeline import Tuning, diff, load
from seed.load.report import Report
from tests.databases import Databases
from tests.helpers import relation_fact, value_fact, write_documents
from tests.seed.load.states import read_state

CHANGING = Tuning(fill_above=1000)
FILLING = Tuning(fill_above=-1, fill_share=0)
MIR = {"companies": {"mir": [value_fact("name", "Мир"), relation_fact("city", "place/omsk")]}}
OMSK = {"places": {"omsk": [value_fact("name", "Омск")]}}
VEGA = {"companies": {"vega": [value_fact("name", "Вега"), relation_fact("city", "place/omsk")]}}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Return the folder of three documents, of which each names what others don't."""
    return write_documents(tmp_path, {"a": MIR | OMSK, "b": OMSK, "c": VEGA | OMSK})


@pytest.fixture
def url(databases: Databases, documents: Path) -> Iterator[str]:
    """Yield the URL of a database with the documents."""
    with databases.migrated() as url:
        load(documents, url)
        yield url


def edit(documents: Path, slug: str, change: Callable[[str], str]) -> None:
    for name in ("facts.yaml", "text.txt"):
        path = documents / slug / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def lines(report: Report) -> list[str]:
    return list(report.lines(0.25))


def change_three(documents: Path) -> None:
    """Remove a document, add one, and give a company of the third another name."""
    shutil.rmtree(documents / "a")
    shutil.copytree(documents / "b", documents / "d")
    edit(documents, "c", lambda text: text.replace("Вега", "Орион"))


def test_a_first_load_reports_all_that_there_is(fresh_url: str, documents: Path) -> None:
    assert lines(load(documents, fresh_url)) == [
        "3 added, 0 changed, 0 removed: 5 facts in 0.2 s",
        "  companies             2  +2",
        "  people                0",
        "  organizations         0",
        "  places                1  +1",
        "  events                0",
        "  agreements            0",
        "  quotations            0",
        "  documents             3  +3",
        "  facts                 5  +5",
    ]


def test_changes_are_reported_by_kind(url: str, documents: Path) -> None:
    change_three(documents)
    head, *rows = lines(load(documents, url, tuning=CHANGING))
    assert head == "1 added, 1 changed, 1 removed: 6 facts in 0.2 s"
    assert [row for row in rows if not row.endswith(" 0")] == [
        "  companies             1      -1  ~1",
        "  places                1          ~1",
        "  documents             3  +1  -1  ~1",
        "  facts                 3  +1  -3  ~2",
    ]


def test_a_load_of_everything_reports_what_came_and_went(url: str, documents: Path) -> None:
    change_three(documents)
    head, *rows = lines(load(documents, url, tuning=FILLING))
    assert head == "1 added, 1 changed, 1 removed: 3 facts in 0.2 s"
    assert [row for row in rows if not row.endswith(" 0")] == [
        "  companies             1      -1",
        "  places                1",
        "  documents             3  +1  -1  ~1",
        "  facts                 3  +1  -3",
    ]


def test_a_load_without_changes_reports_how_much_there_is(url: str, documents: Path) -> None:
    head, *rows = lines(load(documents, url))
    assert head == "Nothing has changed:"
    assert rows[0] == "  companies             2"
    assert rows[-1] == "  facts                 5"


def test_a_diff_has_a_line_for_each_record_and_fact(url: str, documents: Path) -> None:
    assert diff(documents, url) == []
    before = read_state(url)
    change_three(documents)
    expected = [
        "+ document/d",
        "- company/mir (a)",
        "- document/a",
        "~ company/vega (c)",
        "~ document/c",
        "~ place/omsk (a, d)",
        "+ company/vega name «Орион» (c)",
        "- company/mir city place/omsk (a)",
        "- company/mir name «Мир» (a)",
        "- company/vega name «Вега» (c)",
        "~ company/vega city place/omsk",
        "~ place/omsk name «Омск» (a, d)",
    ]
    assert diff(documents, url) == expected
    assert read_state(url) == before
    load(documents, url, tuning=CHANGING)
    assert diff(documents, url) == []


def test_a_long_value_is_cut_to_a_line(url: str, documents: Path) -> None:
    folder = Path(shutil.copytree(documents / "c", documents / "d"))
    long = "слово\n" * 1000
    facts: dict[str, Any] = {
        "companies": {
            "x": [
                value_fact(name, value, quote="[c 00000]", support="entailed")
                for name, value in (("name", "Икс"), ("description", long))
            ]
        }
    }
    (folder / "facts.yaml").unlink()
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    (line,) = [line for line in diff(documents, url) if "description" in line]
    assert line.startswith("+ company/x description «слово слово ")
    assert line.endswith(" …» (d)")
    assert len(line) < 300
