"""Strict YAML: a text comes back as it was written, or an error names its line."""

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from app.db.engine import make_engine
from app.models import Fact
from seed.errors import SeedErrors
from seed.extract.characters import check_characters
from seed.extract.strict_yaml import parse
from seed.load.pipeline import load
from tests.databases import Databases
from tests.helpers import value_fact, write_documents

PATH = Path("facts.yaml")
ODD = (
    "\0\t\n\r\x1b\x7f\x85\u00a0\u00ad\u0301\u115f\u200b\u2028\u2800\ufeff\ufffe\U0001f600«»\"'#:-~"
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(ODD), max_size=8)
WORDS = st.sampled_from(["null", "~", "true", "no", "2013-10-14", "1e3", "0o7", "a #b", "<<", "="])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: ~", 1, "«~» is no value: leave the key out, or put a text in quotation marks"),
        ("a: null", 1, "«null» is no value"),
        ("a:\n  b:\nc: d", 2, "«» is no value"),
        ("- a\n-\n- b", 2, "«» is no value"),
        ("{a, b: c}", 1, "«» is no value"),
        ("a: мыло #5", 1, "«мыло» ends at a comment: put the text in quotation marks"),
        ("\ufeffa: b\t# c\r\n", 1, "«b» ends at a comment"),
        ("a: b\r\nc: Щ\U0001f600 # d", 2, "«Щ\U0001f600» ends at a comment"),
        ("a: {b: c #, d: e}", 1, "«c» ends at a comment"),
        ("a: !!int 5", 1, "tags"),
        ("a: ! 5", 1, "tags"),
        ("a: !!map {b: c}", 1, "tags"),
        ("a: !!python/object:os.system {}", 1, "tags"),
        ("a: &x b", 1, "anchors"),
        ("a: &x [b]", 1, "anchors"),
        ("a: b\nc: *x", 2, "anchors"),
        ("a: b\n<<: *x", 2, "anchors"),
        ('a: "\\0"', 1, "the text has the character U+0000 at 0"),
        ('a: "б\\e[2J"', 1, "the text has the character U+001B at 1"),
        ('a: "\\x85"', 1, "the text has the character U+0085 at 0"),
        ('"\\uFFFF": a', 1, "the text has the character U+FFFF at 0"),
        ('a: "\\uD800"', 1, "is no valid YAML"),
        ('a: ""', 1, "«» is blank"),
        ("a: ' '", 1, "« » is blank"),
        ("a: \u00a0", 1, "is blank"),
        ("a: \u200b", 1, "is blank"),
        ("a: \u3164\u0301", 1, "is blank"),
        ("a: «» ", 1, "is blank"),
        ("a: b\na: c", 2, "the key «a» stands twice"),
        ("[a]: b", 1, "a key must be a text"),
        ("a: b\n--- c", 2, "a second document"),
        ("a: 'b", 1, "is no valid YAML: while scanning a quoted scalar, found unexpected end"),
        ("a:\n\tb: c", 2, "is no valid YAML"),
        ("[" * 3000, 1, "nested at most 5 deep"),
        ("- " * 100_000, 1, "nested at most 5 deep"),
        ("\n" + "{a: " * 3000, 2, "nested at most 5 deep"),
    ],
)
def test_what_yaml_would_drop_or_guess_is_rejected(text: str, line: int, message: str) -> None:
    with pytest.raises(SeedErrors) as error:
        parse(PATH, text)
    first = str(error.value.errors[0])
    assert first.startswith(f"facts.yaml:{line}:")
    assert message in first
    assert "\n" not in first


def test_all_errors_are_reported_up_to_that_of_the_syntax() -> None:
    text = "a: ~\nb: [&x c, *x]\na: !d e #f\ng: ['"
    with pytest.raises(SeedErrors) as error:
        parse(PATH, text)
    assert [each.location[:2] for each in error.value.errors] == [
        (1, 4),
        (2, 5),
        (2, 11),
        (3, 1),
        (3, 4),
        (3, 4),
        (4, 6),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing", None),
        ('a: "мыло #5" # in stock\nb: c#d\n# e', {"a": "мыло #5", "b": "c#d"}),
        ("a: # of b\n  - no\n  - 0o7\n", {"a": ["no", "0o7"]}),
        ("a: >- # folded\n  b #c\n  d", {"a": "b #c d"}),
        ('a: "null"\nb: "~"', {"a": "null", "b": "~"}),
        ('\ufeffa: "♥"\r\nb: +', {"a": "♥", "b": "+"}),
    ],
)
def test_a_scalar_is_the_text_that_stands_there(text: str, value: object) -> None:
    assert parse(PATH, text) == value


@given(st.recursive(TEXTS, lambda each: st.lists(each) | st.dictionaries(TEXTS, each)))
@example({"a": {"b": [{"c": ["d"]}]}})
def test_a_value_is_read_as_it_was_written_or_rejected(value: Any) -> None:
    with suppress(SeedErrors):
        assert parse(PATH, yaml.safe_dump(value, allow_unicode=True)) == value


@given(st.text(max_size=40) | st.text('{}[]:,-#&*!|>"%@` \n\tab', max_size=40))
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    with suppress(SeedErrors):
        parse(PATH, text)


@given(st.text(st.characters() | st.sampled_from(ODD)))
def test_every_accepted_character_can_stand_in_xml(text: str) -> None:
    try:
        check_characters(text)
    except ValueError:
        return
    ElementTree.fromstring(f"<a>{escape(text)}</a>".encode())  # noqa: S314


def is_accepted(text: str) -> bool:
    try:
        parse(PATH, yaml.safe_dump([text]))
    except SeedErrors:
        return False
    return True


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.sets(TEXTS | WORDS, min_size=10, max_size=100))
def test_every_accepted_text_is_stored_unchanged(databases: Databases, texts: set[str]) -> None:
    accepted = {"Ромашка", *filter(is_accepted, texts)}
    lines = [value_fact("name", "Ромашка"), *(value_fact("product", each) for each in accepted)]
    with tempfile.TemporaryDirectory() as folder, databases.migrated() as url:
        load(write_documents(Path(folder), {"a": {"companies": {"romashka": lines}}}), url)
        engine = make_engine(url)
        with engine.connect() as connection:
            products = select(col(Fact.value)).where(col(Fact.predicate) == "product")
            assert set(connection.execute(products).scalars()) == accepted
        engine.dispose()
