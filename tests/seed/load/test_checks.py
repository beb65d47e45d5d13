"""Checks: what documents say of one another's records, refused at the line that is wrong."""

import re
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from seed.errors import MAX_ERRORS, SeedErrors
from seed.load.pipeline import Tuning, check, diff, load
from tests.helpers import FactLine, relation_fact, value_fact, write_documents
from tests.seed.load.states import read_state
from tests.seed.test_seed import write as write_document

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
    lines = [re.sub(r":\d+:\d+:", ":", line) for line in str(error.value).splitlines()]
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


def in_words(root: Path, name: str, **facts: str) -> None:
    """Write a document whose facts are given as YAML."""
    write_document(
        root, name, text="Это Омск, и это Томск.", document="title: Это\nlanguage: ru\n", **facts
    )


@pytest.mark.parametrize("tuning", WAYS, ids=["changing", "filling"])
def test_errors_of_documents_and_between_them_are_reported_at_once(
    tmp_path: Path, fresh_url: str, tuning: Tuning
) -> None:
    facts = """\
places:
  omsk:
    - {predicate: name, value: Омск, quote: Омску}
    - {predicate: parent, object: place/nowhere, quote: Омск}
    - {predicate: type, value: city, quote: Омск}
  tomsk:
    - {predicate: nam, value: Томск, quote: Томск}
    - {predicate: type, value: region, quote: Томск}
"""
    other = """\
places:
  omsk: [{predicate: name, value: Омск, quote: Омск}]
  nameless: [{predicate: parent, object: place/tomsk, quote: Томск}]
  tomsk: [{predicate: type, value: city, quote: Томск}]
"""
    in_words(tmp_path, "a", facts=facts)
    in_words(tmp_path, "b", facts=other)
    errors = [
        "a/facts.yaml: place/omsk, fact 1 (name): the quote isn't in the text; line 1 has «Омск»: "
        "expected «Омску», found «Омск»",
        "a/facts.yaml: place/omsk, fact 2 (parent): there is no record place/nowhere",
        "a/facts.yaml: place/tomsk, fact 1 (nam): «nam» isn't said of a place; ",
        "b/facts.yaml: place/nameless: lacks a name",
        f"b/facts.yaml: place/tomsk, fact 1 (type): {tmp_path}/a/facts.yaml says «region» instead",
    ]
    for run in (partial(check, tmp_path), partial(load, tmp_path, fresh_url, tuning=tuning)):
        found = errors_of(run, tmp_path)
        assert len(found) == len(errors)
        assert all(map(str.startswith, found, errors))


def test_no_error_follows_from_a_section_or_file_that_cant_be_read(tmp_path: Path) -> None:
    in_words(tmp_path, "a", facts="place:\n  omsk: [{predicate: name, value: Омск, quote: Омск}]")
    in_words(tmp_path, "b", facts="places: [")
    refers = "places:\n  x:\n    - {predicate: name, value: Омск, quote: Омск}\n"
    for number, target in enumerate(("omsk", "tomsk")):
        facts = f"{refers}    - {{predicate: parent, object: place/{target}, quote: Томск}}\n"
        in_words(tmp_path, f"c{number}", facts=facts)
    assert [error.partition(": ")[0] for error in errors_of(lambda: check(tmp_path), tmp_path)] == [
        "a/facts.yaml",
        "b/facts.yaml",
    ]
