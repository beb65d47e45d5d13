"""Strict JSON: it takes what strict YAML takes, or an error names its line."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from seed.errors import MAX_ERRORS, SeedErrors
from seed.extract import strict_yaml
from seed.extract.strict_json import parse
from tests.seed.extract.test_strict_yaml import TEXTS

PATH = Path("facts.json")
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda each: st.lists(each) | st.dictionaries(TEXTS, each),
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "is no valid JSON: Expecting value"),
        ('{"a": "b",}', 1, "is no valid JSON: "),
        ('{"a": "b"}\n{}', 2, "is no valid JSON: Extra data"),
        ('{\n"a": null}', 2, "«null» is no text: put it in quotation marks"),
        ('{"a": [\n"b",\n5]}', 3, "«5» is no text"),
        ('["a",\ntrue]', 2, "«true» is no text"),
        ("[NaN]", 1, "«NaN» is no text"),
        ('{"a": "b",\n"c": "d", "a": "b"}', 0, "the key «a» stands twice"),
        ('{"a": "\\u0000"}', 1, "the text has the character U+0000 at 0"),
        ('{"a": "\\ud800"}', 0, "the text has the character U+D800 at 0"),
        ('{"a": "\t"}', 1, "is no valid JSON: Invalid control character"),
        ('{"a":\n ""}', 2, "«» is blank"),
        ('{" ": "a"}', 1, "« » is blank"),
        ("[" * 6 + "]" * 6, 0, "nested at most 5 deep"),
        ('{"a": ' * 6 + '"b"' + "}" * 6, 0, "nested at most 5 deep"),
        ("[" * 100_000, 0, "nested at most 5 deep"),
        ("[" + "9" * 5000 + "]", 0, "Exceeds the limit"),
    ],
)
def test_whatever_is_no_text_is_rejected(text: str, line: int, message: str) -> None:
    with pytest.raises(SeedErrors) as error:
        parse(PATH, text)
    (only,) = error.value.errors
    assert only.location.line == line
    assert message in str(only)
    assert "\n" not in str(only)


def test_all_errors_are_reported_up_to_a_limit() -> None:
    with pytest.raises(SeedErrors) as error:
        parse(PATH, '[null,\n{"a": 1, "b": "c",\n"d": [""]}]')
    assert [each.location.line for each in error.value.errors] == [1, 2, 3]
    with pytest.raises(SeedErrors) as error:
        parse(PATH, json.dumps([1] * 10_000))
    assert len(error.value.errors) == MAX_ERRORS + 1


@given(VALUES)
@example({"a": {"b": [{"c": ["d"]}]}})
@example("\ufeff♥")
def test_json_is_read_as_strict_yaml_reads_the_same_value(value: Any) -> None:
    def accepts(text: str) -> bool:
        with suppress(SeedErrors):
            assert parse(PATH, text) == value
            return True
        return False

    try:
        strict_yaml.parse(PATH, yaml.safe_dump(value, allow_unicode=True))
        # YAML's scalars have no types: strict YAML takes 5 as a text.
        is_text = all(isinstance(each, str) for each in scalars(value))
    except SeedErrors:
        is_text = False
    for escaped in (True, False):
        assert accepts(json.dumps(value, ensure_ascii=escaped)) == is_text


def scalars(value: Any) -> list[Any]:
    """Return all values that are neither lists nor mappings."""
    if isinstance(value, dict):
        value = list(value.values())
    return (
        [each for item in value for each in scalars(item)] if isinstance(value, list) else [value]
    )


@given(st.text(max_size=40) | st.text('{}[]:,"\\u0019.eE-+ntf \n\tab', max_size=40))
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    with suppress(SeedErrors):
        parse(PATH, text)
