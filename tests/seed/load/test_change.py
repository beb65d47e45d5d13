"""Loads of changes: whatever their order, the database is that of a load from nothing."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from seed.errors import SeedErrors
from seed.load.pipeline import Tuning, load
from tests.databases import Databases
from tests.seed.load.states import State, differences, read_state

CHANGING = Tuning(fill_above=1000)
"""The tuning with which every load but the first writes changes only."""
FILLING = Tuning(fill_above=-1)

_RECORDS = (
    "places/omsk",
    "places/pavlodar",
    "companies/sibir",
    "companies/vega",
    "people/ivanov",
    "events/forum",
    "events/forum-day",
    "agreements/union",
    "quotations/speech",
)
_LINES: tuple[tuple[str, str, str], ...] = (
    ("places/omsk", "type", "city"),
    ("places/omsk", "parent", "place/pavlodar"),
    ("places/pavlodar", "type", "region"),
    ("places/pavlodar", "also_known_as", "Область на Иртыше"),
    ("companies/sibir", "legal_form", "ЗАО"),
    ("companies/sibir", "city", "place/omsk"),
    ("companies/sibir", "brand", "Доброешка"),
    ("companies/sibir", "product", "кокс"),
    ("companies/vega", "city", "place/omsk"),
    ("companies/vega", "brand", "Вега-плюс"),
    ("people/ivanov", "position", "мэр"),
    ("people/ivanov", "territory", "place/omsk"),
    ("events/forum", "type", "exhibition"),
    ("events/forum", "date", "2013-10-14"),
    ("events/forum", "participant", "company/sibir"),
    ("events/forum", "participant", "company/vega"),
    ("events/forum", "participant", "person/ivanov"),
    ("events/forum", "place", "place/omsk"),
    ("events/forum-day", "parent", "event/forum"),
    ("events/forum-day", "date", "XXXX-10-15"),
    ("events/forum-day", "participant", "company/sibir"),
    ("agreements/union", "party", "company/sibir"),
    ("agreements/union", "sphere", "культура"),
    ("agreements/union", "status", "signed"),
    ("quotations/speech", "speaker", "person/ivanov"),
)


class Line(NamedTuple):
    """A line of a document: which statement, its words, and how far they carry it."""

    statement: tuple[str, str, str]
    quote: int
    support: str
    is_claim: bool


class Document(NamedTuple):
    """A document: a number of letters before its words, the records that it names, and lines."""

    shift: int
    named: tuple[str, ...]
    lines: tuple[Line, ...]


class Edition(NamedTuple):
    """Documents by id, and the number in the name of each record."""

    documents: Mapping[str, Document]
    names: Mapping[str, int]


_lines = st.builds(
    Line,
    st.sampled_from(_LINES),
    st.integers(0, 9),
    st.sampled_from(["stated", "entailed", "inferred"]),
    st.integers(0, 5).map(lambda number: number == 0),
)
_documents = st.builds(
    Document,
    st.integers(0, 2),
    # Most editions name all that they need.
    st.one_of(st.just(_RECORDS), st.lists(st.sampled_from(_RECORDS), unique=True).map(tuple)),
    st.lists(_lines, max_size=8, unique_by=lambda line: (line.statement, line.is_claim)).map(tuple),
)
_editions = st.builds(
    Edition,
    st.dictionaries(st.sampled_from(["alpha", "beta", "gamma"]), _documents, min_size=1),
    st.fixed_dictionaries({}, optional={record: st.integers(1, 2) for record in _RECORDS}),
)


def write(root: Path, edition: Edition) -> Path:
    """Write the documents of an edition, and nothing else, under ``root``."""
    shutil.rmtree(root, ignore_errors=True)
    for slug, document in edition.documents.items():
        folder = root / slug
        folder.mkdir(parents=True)
        words = " ".join(f"слово{number}." for number in range(10))
        (folder / "text.txt").write_text(f"{'я' * document.shift} Заголовок {slug}. {words}")
        (folder / "document.yaml").write_text(f"title: Заголовок {slug}\nlanguage: ru\n")
        (folder / "facts.json").write_text(json.dumps(_facts(edition, document)))
    return root


def _facts(edition: Edition, document: Document) -> dict[str, dict[str, list[dict[str, str]]]]:
    facts: dict[str, dict[str, list[dict[str, str]]]] = {"places": {"base": []}}
    facts["places"]["base"].append(
        _fact("name", "Основание", Line(_LINES[0], 0, "entailed", False))
    )
    for record in document.named:
        name = f"Имя {record.partition('/')[2]} {edition.names.get(record, 0)}"
        line = Line(_LINES[0], 1, "entailed", False)
        _of(facts, record).append(_fact("name", name, line))
        if record == "quotations/speech":
            _of(facts, record).append(_fact("text", "слово7", line))
    for line in document.lines:
        record, predicate, said = line.statement
        _of(facts, record).append(_fact(predicate, said, line))
    return facts


def _of(facts: dict[str, Any], record: str) -> list[dict[str, str]]:
    section, slug = record.split("/")
    found: list[dict[str, str]] = facts.setdefault(section, {}).setdefault(slug, [])
    return found


def _fact(predicate: str, said: str, line: Line) -> dict[str, str]:
    support = line.support
    if support == "stated" and predicate in {"legal_form", "brand", "position"}:
        support = "entailed"
    fact = {
        "predicate": predicate,
        "object" if "/" in said else "value": said,
        "quote": said if predicate == "text" else f"слово{line.quote}",
        "support": support,
    }
    if support == "inferred":
        fact["reason"] = f"Причина {line.quote}"
    if line.is_claim:
        fact["attributed_to"] = "person/ivanov"
    return fact


@contextmanager
def filled(databases: Databases, root: Path) -> Iterator[tuple[State | None, str]]:
    """Yield the state of a load from nothing, or None and its errors."""
    with databases.migrated() as url:
        errors = load_or_errors(root, url, FILLING)
        yield (None if errors else read_state(url)), errors


def load_or_errors(root: Path, url: str, tuning: Tuning) -> str:
    """Load documents; return what is wrong with them, "" if they were loaded."""
    try:
        load(root, url, tuning=tuning)
    except SeedErrors as error:
        return str(error)
    return ""


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(editions=st.lists(_editions, min_size=2, max_size=5))
def test_changes_lead_to_the_state_of_a_load_from_nothing(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, editions: list[Edition]
) -> None:
    root = tmp_path_factory.mktemp("editions") / "documents"
    with databases.migrated() as url:
        state: State | None = None
        for edition in editions:
            write(root, edition)
            with filled(databases, root) as (expected, errors):
                assert load_or_errors(root, url, CHANGING) == errors
                state = expected or state
                event("refused" if errors else "loaded")
            if state is not None:
                assert not differences(read_state(url), state)
