"""The JSON Schema of facts files: current, and as strict as a load where a fact is alone wrong.

``make schema`` writes it anew.
"""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.vocabulary import COLLECTIONS, PREDICATES, SUBJECTS, Kind
from seed.__main__ import DOCUMENTS
from seed.extract import edtf
from seed.extract.facts_file import KINDS, FactLine, fact_lines
from seed.extract.files import FACTS_YAML, read_document
from seed.extract.problems import Problem
from seed.extract.rules import check_line
from seed.facts_schema import MODELINE, PATH, facts_schema, schema_text

Json = dict[str, Any]

SCHEMA = facts_schema()
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def errors(facts: Any) -> list[tuple[str, str]]:
    """Return the paths and messages of all errors that the schema finds."""
    found = VALIDATOR.iter_errors(facts)
    return [("/".join(map(str, each.instance_path)), each.message) for each in found]


def errors_of(kind: Kind, line: Json) -> list[tuple[str, str]]:
    """Return the errors of one fact, their paths from that fact on."""
    place = f"{COLLECTIONS[kind]}/x/0"
    found = errors({COLLECTIONS[kind]: {"x": [line]}})
    assert all(path.startswith(place) for path, _ in found)
    return [(path[len(place) :].lstrip("/"), message) for path, message in found]


def test_the_committed_schema_is_current() -> None:
    assert PATH.read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


def test_it_has_every_section_predicate_and_key() -> None:
    assert SCHEMA["properties"].keys() == KINDS.keys()
    for kind in KINDS.values():
        fact = SCHEMA["definitions"][kind]
        said = [key for key, each in PREDICATES.items() if kind in each.subjects]
        assert fact["properties"]["predicate"]["enum"] == said
        assert fact["properties"].keys() == FactLine.model_fields.keys()


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob(f"*/{FACTS_YAML}")), ids=str)
def test_a_facts_file_names_the_schema_and_is_valid(path: Any) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[0] == MODELINE
    assert (path.parent / MODELINE.rpartition("=")[2]).resolve() == PATH
    assert errors(read_document(path.parent).facts) == []


@pytest.mark.parametrize(
    ("facts", "path", "message"),
    [
        ([], "", "object"),
        ({"planets": {}}, "", "planets"),
        ({"places": []}, "places", "object"),
        ({"places": {"Omsk_": [{"predicate": "name", "value": "x", "quote": "x"}]}}, "places", "^"),
        (
            {"places": {"a" * 101: [{"predicate": "name", "value": "x", "quote": "x"}]}},
            "places",
            "100",
        ),
        ({"places": {"omsk": {}}}, "places/omsk", "array"),
        ({"places": {"omsk": []}}, "places/omsk", "1 item"),
        ({"places": {"omsk": ["Омск"]}}, "places/omsk/0", "object"),
    ],
)
def test_a_mistake_around_facts_is_found(facts: Any, path: str, message: str) -> None:
    ((found, text),) = errors(facts)
    assert found == path
    assert message in text


BRAND = {"predicate": "brand", "value": "x", "quote": "x"}
CITY = {"predicate": "city", "object": "place/omsk", "quote": "x"}


@pytest.mark.parametrize(
    ("kind", "line", "path", "message"),
    [
        ("company", {"value": "x", "quote": "x"}, "", '"predicate" is a required'),
        ("company", {"predicate": "brand", "value": "x"}, "", '"quote" is a required'),
        ("company", {**BRAND, "qoute": "x"}, "", "qoute"),
        ("company", {**BRAND, "predicate": "colour"}, "predicate", '"colour" is not one of'),
        ("company", {**BRAND, "predicate": "type"}, "predicate", '"type" is not one of'),
        ("company", {"predicate": "brand", "quote": "x"}, "", '"value" is a required'),
        ("company", {**BRAND, "object": "place/omsk"}, "object", "alse schema"),
        ("company", {"predicate": "city", "quote": "x"}, "", '"object" is a required'),
        ("company", {**CITY, "value": "x"}, "value", "alse schema"),
        ("company", {"predicate": "partner", "quote": "x"}, "", '"object" is a required'),
        (
            "company",
            {"predicate": "partner", "value": "x", "object": "place/omsk", "quote": "x"},
            "object",
            "alse schema",
        ),
        ("company", {**CITY, "object": "omsk"}, "object", "place"),
        ("company", {**CITY, "object": "place/Omsk"}, "object", "place"),
        ("company", {**CITY, "object": "company/omsk"}, "object", "^(place)/"),
        ("company", {**CITY, "object": "place/" + "a" * 115}, "object", "120"),
        (
            "place",
            {"predicate": "parent", "object": "event/x", "quote": "x"},
            "object",
            "^(place)/",
        ),
        ("place", {"predicate": "type", "value": "town", "quote": "x"}, "value", '"country"'),
        ("event", {"predicate": "type", "value": "city", "quote": "x"}, "value", '"city_days"'),
        ("agreement", {"predicate": "status", "value": "x", "quote": "x"}, "value", '"signed"'),
        ("event", {"predicate": "date", "value": "14.10", "quote": "x"}, "value", "XXXX"),
        (
            "event",
            {"predicate": "enterprise_count", "value": "25,5", "quote": "x"},
            "value",
            "[0-9]",
        ),
        ("company", {**BRAND, "value": " "}, "value", "\\S"),
        ("company", {**BRAND, "value": None}, "value", "null"),
        ("company", {**BRAND, "quote": []}, "quote", "1 item"),
        ("company", {**BRAND, "quote": ["x", " "]}, "quote/1", "\\S"),
        ("company", {**BRAND, "within": ["x"]}, "within", "string"),
        ("company", {**BRAND, "support": "guessed"}, "support", '"inferred"'),
        ("company", {**BRAND, "support": "inferred"}, "", '"reason" is a required'),
        ("company", {**BRAND, "attributed_to": "company/x"}, "attributed_to", "^(person)/"),
    ],
)
def test_a_mistake_in_a_fact_is_found_where_it_is(
    kind: Kind, line: Json, path: str, message: str
) -> None:
    ((found, text),) = errors_of(kind, line)
    assert found == path
    assert message in text


@pytest.mark.parametrize("line", [BRAND | {"value": 25, "quote": [25, "x"]}, CITY])
def test_a_number_of_an_editor_is_a_text_of_the_load(line: Json) -> None:
    assert errors_of("company", line) == []


@pytest.mark.parametrize(
    ("value", "is_date"), [(988, True), (2013, True), (0, False), (2.5, False)]
)
def test_a_year_may_be_a_number(value: float, is_date: bool) -> None:
    assert (
        errors_of("event", {"predicate": "date", "value": value, "quote": "x"}) == []
    ) is is_date


@given(st.from_regex(r"([0-9]{4}|XXXX)(-[0-9]{2}(-[0-9]{2})?)?", fullmatch=True) | st.text())
def test_a_date_is_one_of_the_load(text: str) -> None:
    try:
        edtf.parse(text)
        is_date = True
    except ValueError:
        # The pattern knows no leap years.
        is_date = text.endswith("-02-29") and text[:4].isdecimal() and text[:4] != "0000"
    assert (errors_of("event", {"predicate": "date", "value": text, "quote": "x"}) == []) is is_date


REFERENCES = st.sampled_from([*(f"{kind}/x" for kind in COLLECTIONS), "x", "place/X", "place/x/x"])
VALUES = st.sampled_from(
    ["Омск", "city", "museum", "signed", "2013", "XXXX-10-14", "25", "25,5", ""]
)
LINES = st.fixed_dictionaries(
    {"predicate": st.sampled_from([*PREDICATES, "colour"])},
    optional={
        "value": VALUES,
        "object": REFERENCES,
        "within": VALUES,
        "support": st.sampled_from(["stated", "entailed", "inferred", "guessed"]),
        "attributed_to": REFERENCES,
        "reason": VALUES,
        "qoute": VALUES,
    },
)


def is_loaded(kind: Kind, line: Json) -> bool:
    """Return whether a load takes a fact, as far as that alone can tell."""
    for each in fact_lines({COLLECTIONS[kind]: {"x": [line]}}):
        if isinstance(each, Problem):
            return False
        try:
            check_line(kind, each[1])
        except ValueError:
            return False
    return True


@given(st.sampled_from(SUBJECTS), LINES, st.booleans())
def test_a_fact_is_valid_where_a_load_takes_it(kind: Kind, line: Json, in_list: bool) -> None:
    # The schema can't see that a value stands in the quote, so here it does.
    quote = line.get("value") or "x"
    line = {**line, "quote": [quote] if in_list else quote}
    assert (errors_of(kind, line) == []) == is_loaded(kind, line)


def test_a_suggestion_is_valid_and_shown_as_something_to_remove() -> None:
    for mark in (True, "Фрумгарц | Фрумгарец"):
        assert errors_of("company", {"draft": mark, **BRAND}) == []
    draft = SCHEMA["definitions"]["draft"]
    assert draft["deprecated"]
    assert draft["deprecationMessage"] == "A suggestion: read it, then remove `draft`."


def test_what_editors_show_has_the_russian_label_and_the_meaning() -> None:
    predicate = SCHEMA["definitions"]["company"]["properties"]["predicate"]
    shown = dict(zip(predicate["enum"], predicate["enumDescriptions"], strict=True))
    assert shown["brand"] == "торговая марка: a trade mark it uses"
    assert shown["legal_form"].startswith("организационно-правовая форма: ")
    assert json.dumps(SCHEMA, ensure_ascii=False).count("enumDescriptions") >= len(KINDS)
