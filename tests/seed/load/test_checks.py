"""Checks: what documents say of one another's records, refused at the line that is wrong."""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from seed.errors import MAX_ERRORS, SeedErrors
from seed.load.pipeline import Tuning, check, diff, load
from tests.helpers import FactLine, relation_fact, value_fact, write_documents
from tests.seed.load.states import read_state

WAYS = [Tuning(fill_above=1000), Tuning(fill_above=-1, fill_share=0)]
"""The tunings that change tables, and that fill them."""
Facts = dict[str, dict[str, Sequence[FactLine]]]

OMSK: Facts = {"places": {"omsk": [value_fact("name", "Омск")]}}
IVANOV: Facts = {"people": {"ivanov": [value_fact("name", "Иванов")]}}
MIR: Facts = {
    "companies": {
        "mir": [
            value_fact("name", "Мир"),
            relation_fact("city", "place/omsk"),
            value_fact("product", "сыр", attributed_to="person/ivanov"),
        ]
    }
}


def regions(**parents: str) -> Facts:
    """Return places by id, each with its parent."""
    return {
        "places": {
            slug: [value_fact("name", slug), relation_fact("parent", f"place/{parent}")]
            for slug, parent in parents.items()
        }
    }


# What a second set of documents changes of the first: None removes one. Then the errors.
CASES: dict[str, tuple[dict[str, Facts | None], list[str]]] = {
    "a removed object": (
        {"omsk": None},
        ["mir/facts.yaml: company/mir, fact 2 (city): there is no record place/omsk"],
    ),
    "a removed speaker": (
        {"ivanov": None},
        ["mir/facts.yaml: company/mir, fact 3 (product): there is no record person/ivanov"],
    ),
    "an unknown object": (
        {"d": regions(a="nowhere")},
        ["d/facts.yaml: place/a, fact 2 (parent): there is no record place/nowhere"],
    ),
    "a removed name": (
        {"omsk": None, "d": {"places": {"omsk": [value_fact("type", "city")]}}},
        [
            "d/facts.yaml: place/omsk: lacks a name",
            "mir/facts.yaml: company/mir, fact 2 (city): there is no record place/omsk",
        ],
    ),
    "a quotation without a text": (
        {"d": {"quotations": {"speech": [value_fact("name", "Речь")]}}},
        ["d/facts.yaml: quotation/speech: lacks a text"],
    ),
    "another name than before": (
        {"a": {"places": {"omsk": [value_fact("name", "Город Омск")]}}},
        ["omsk/facts.yaml: place/omsk, fact 1 (name): ROOT/a/facts.yaml says «Город Омск» instead"],
    ),
    "another object": (
        {"d": regions(x="omsk"), "e": regions(x="y", y="omsk")},
        [
            "e/facts.yaml: place/x, fact 2 (parent): ROOT/d/facts.yaml says «place/omsk» instead",
        ],
    ),
    "a circle of three": (
        {"d": regions(x="y"), "e": regions(y="z", z="x")},
        [
            "d/facts.yaml: place/x: is part of itself",
            "e/facts.yaml: place/y: is part of itself",
            "e/facts.yaml: place/z: is part of itself",
        ],
    ),
}


def write(root: Path, documents: dict[str, Facts | None]) -> Path:
    """Write documents, and nothing else, under a folder."""
    shutil.rmtree(root / "documents", ignore_errors=True)
    return write_documents(root, {slug: each for slug, each in documents.items() if each})


def errors_of(run: Callable[[], Any], root: Path) -> list[str]:
    """Return the errors of a run, without their lines."""
    with pytest.raises(SeedErrors) as error:
        run()
    lines = [re.sub(r" line \d+:", "", line) for line in str(error.value).splitlines()]
    return [re.sub(r" \(quote: .*", "", line.removeprefix(f"{root}/")) for line in lines]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("tuning", WAYS, ids=["changing", "filling"])
def test_documents_that_contradict_one_another_are_refused(
    tmp_path: Path, fresh_url: str, tuning: Tuning, case: str
) -> None:
    documents: dict[str, Facts | None] = {"omsk": OMSK, "ivanov": IVANOV, "mir": MIR}
    load(write(tmp_path, documents), fresh_url)
    before = read_state(fresh_url)
    changes, messages = CASES[case]
    root = write(tmp_path, documents | changes)
    expected = [message.replace("ROOT", str(root)) for message in messages]
    assert errors_of(lambda: load(root, fresh_url, tuning=tuning), root) == expected
    assert errors_of(lambda: diff(root, fresh_url), root) == expected
    assert errors_of(lambda: check(root), root) == expected
    assert read_state(fresh_url) == before


@pytest.mark.parametrize("tuning", WAYS, ids=["changing", "filling"])
def test_all_errors_are_reported_in_the_order_of_documents(
    tmp_path: Path, fresh_url: str, tuning: Tuning
) -> None:
    load(write(tmp_path, {"omsk": OMSK}), fresh_url)
    nameless: Facts = {"places": {"b": [value_fact("type", "city")]}}
    root = write(
        tmp_path,
        {
            "omsk": OMSK,
            "a": regions(a="nowhere"),
            "b": nameless,
            "c": regions(c="c"),
            "d": regions(**{f"d{number}": "nowhere" for number in range(MAX_ERRORS + 20)}),
        },
    )
    errors = errors_of(lambda: load(root, fresh_url, tuning=tuning), root)
    assert [error.partition("/")[0] for error in errors[:4]] == ["a", "b", "c", "d"]
    assert len(errors) == MAX_ERRORS + 1
    assert errors[-1].startswith("And at least ")


@pytest.mark.parametrize("tuning", WAYS, ids=["changing", "filling"])
def test_documents_may_agree(tmp_path: Path, fresh_url: str, tuning: Tuning) -> None:
    load(write(tmp_path, {"omsk": OMSK}), fresh_url)
    root = write(tmp_path, {"a": regions(x="omsk"), "b": regions(x="omsk", y="x"), "omsk": OMSK})
    assert load(root, fresh_url, tuning=tuning).added == 2
