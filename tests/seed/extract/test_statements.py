"""Statements: what a document says, and all that is wrong with it by itself."""

import json
from pathlib import Path

import pytest
import yaml

from seed.errors import MAX_ERRORS, SeedErrors
from seed.extract.files import read_document
from seed.extract.statements import extract
from tests.seed.test_seed import FACTS, METADATA, add, write


def test_facts_in_json_are_the_same_as_in_yaml(tmp_path: Path) -> None:
    folder = write(tmp_path) / "doc"
    in_yaml = extract(read_document(folder))
    (folder / "facts.yaml").unlink()
    facts = yaml.load(FACTS, yaml.CBaseLoader)  # noqa: S506 (texts alone)
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    assert extract(read_document(folder)) == in_yaml
    facts["places"]["omsk"][0]["quote"] = "Томск"
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    with pytest.raises(SeedErrors, match=r"facts\.json:21:14: place/omsk, fact 1 \(name\)"):
        extract(read_document(folder))


def test_all_errors_of_a_document_are_reported_in_the_order_of_its_files(tmp_path: Path) -> None:
    lines = [
        "{predicate: colour, value: x, quote: Глава Омска}",
        "{predicate: type, value: 5, qoute: x}",
        "{predicate: type, value: city, quote: absent}",
    ]
    facts = add("places", "omsk", "\n    - ".join(lines)) + "planets: {}\n"
    document = METADATA.replace("title: Компания", "title: Фирма")
    root = write(tmp_path, facts=facts, document=document)
    with pytest.raises(SeedErrors) as error:
        extract(read_document(root / "doc"))
    assert [(each.file.name, *each.location) for each in error.value.errors] == [
        ("document.yaml", 1, 8, 1, 32),
        ("facts.yaml", 7, 19, 7, 25),
        ("facts.yaml", 8, 7, 0, 0),
        ("facts.yaml", 8, 35, 8, 40),
        ("facts.yaml", 9, 45, 9, 51),
        ("facts.yaml", 17, 1, 17, 8),
    ]
    quotes = [each.quote for each in error.value.errors]
    assert quotes == ["Фирма «Сибирь» из Омска.", "Глава Омска", "", "", "absent", ""]
    suggestions = [each.suggestion for each in error.value.errors]
    assert suggestions == ["«Сибирь» из Омска.", "", "", "quote", "", "places"]


def test_all_that_is_wrong_with_a_line_is_reported(tmp_path: Path) -> None:
    line = "{predicate: type, value: town, quote: [Глава Омска, absent, Омска]}"
    with pytest.raises(SeedErrors) as error:
        extract(read_document(write(tmp_path, facts=add("places", "omsk", line)) / "doc"))
    assert [(each.location.column, each.message.split(",")[0]) for each in error.value.errors] == [
        (32, "«town» is not one of: country"),
        (59, "the quote isn't in the text"),
        (67, "the quote stands 3 times"),
    ]


@pytest.mark.parametrize("mark", ["true", "false", "Фрумгарц | Фрумгарец"])
def test_a_suggestion_is_no_statement(mark: str, tmp_path: Path) -> None:
    line = f"{{draft: {mark}, predicate: type, value: city, quote: Глава Омска}}"
    root = write(tmp_path, facts=add("places", "omsk", line))
    with pytest.raises(SeedErrors) as error:
        extract(read_document(root / "doc"))
    assert str(error.value).endswith(
        "facts.yaml:7:8: place/omsk, fact 1 (type): a suggestion: read it, then remove `draft`"
    )


def test_no_more_errors_of_a_document_are_made_than_are_shown(tmp_path: Path) -> None:
    lines = "".join(f"    - {{predicate: {number}}}\n" for number in range(5 * MAX_ERRORS))
    root = write(tmp_path, facts=f"places:\n  omsk:\n{lines}")
    with pytest.raises(SeedErrors, match="And at least 1 more") as error:
        extract(read_document(root / "doc"))
    assert len(error.value.errors) == MAX_ERRORS


def test_a_fact_id_is_independent_of_the_evidence(tmp_path: Path) -> None:
    first = extract(read_document(write(tmp_path / "one") / "doc"))
    changed = FACTS.replace("quote: Глава Омска", "quote: Глава Омска Иван")
    second = extract(read_document(write(tmp_path / "two", facts=changed) / "doc"))
    assert first.statements != second.statements
    assert [each.fact_id for each in first.statements] == [
        each.fact_id for each in second.statements
    ]


def test_errors_of_the_syntax_hide_no_others(tmp_path: Path) -> None:
    null, absent = (f"{{predicate: type, {rest}}}" for rest in ("value: ~", "quote: нет"))
    facts = add("places", "omsk", f"{null}\n    - {absent}")
    facts = facts.replace("- {predicate: city", "- {~: x", 1)
    with pytest.raises(SeedErrors) as error:
        extract(read_document(write(tmp_path, facts=facts) / "doc"))
    assert [(each.location[:2], each.message) for each in error.value.errors] == [
        ((4, 8), "«~» is no value: leave the key out, or put a text in quotation marks"),
        ((7, 32), "«~» is no value: leave the key out, or put a text in quotation marks"),
        ((8, 19), "a fact needs either a value or an object"),
        ((8, 32), "the quote isn't in the text"),
    ]
