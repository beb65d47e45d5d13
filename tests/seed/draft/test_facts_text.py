"""The text of a facts file: suggestions become lines of it, and what stands there stays."""

import difflib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.draft.command import drafted
from seed.errors import ErrorCollector, SeedError, SeedErrors
from seed.extract import strict_yaml
from seed.extract.facts_file import fact_lines
from seed.extract.files import Metadata, SourceDocument
from seed.extract.problems import Problem
from seed.extract.statements import extract
from seed.facts_schema import MODELINE

PATH = Path("facts.yaml")
TEXT = "Мэр Омска Иван Белов и ООО «Луч» ждут. Погода хорошая."


def draft(text: str, before: str = "") -> str:
    return drafted(PATH, text, before).text


def value_of(text: str) -> Any:
    return strict_yaml.parse(PATH, text)


def added(before: str, after: str) -> list[str]:
    """Return the lines that were added; fail where another one has changed."""
    difference = list(difflib.ndiff(before.splitlines(True), after.splitlines(True)))
    assert not [line for line in difference if line.startswith(("-", "?"))]
    return [line[2:].rstrip("\n") for line in difference if line.startswith("+")]


def test_a_new_file_names_the_schema_and_has_a_line_for_each_fact() -> None:
    lines = draft(TEXT).splitlines()
    assert lines[0] == MODELINE
    assert "  luch:" in lines
    assert "    - {draft: true, predicate: legal_form, value: ООО, quote: ООО «Луч»}" in lines


def test_sentences_without_a_fact_stand_below_as_comments() -> None:
    assert draft(TEXT).splitlines()[-2:] == ["# Sentences without a fact:", "# Погода хорошая."]


def test_guesses_stand_in_the_mark() -> None:
    text = draft("Встреча с Михаилом ФРУМГАРЦЕМ.")
    assert "{draft: 'Михаил Фрумгарц | Михаил Фрумгарец', predicate: name, " in text


def test_a_space_that_cannot_be_seen_is_written_out() -> None:
    assert r'quote: "ООО «Эко\u00a0Сад»"' in draft("ООО «Эко\u00a0Сад»")


@pytest.mark.parametrize("text", ["", " \n", "Погода хорошая.", "\u2028", "# {"])
def test_a_text_without_a_fact_gives_a_valid_file_without_one(text: str) -> None:
    once = draft(text)
    assert value_of(once) == {}
    assert draft(text, once) == once


@pytest.mark.parametrize(
    "before",
    [
        # A record, a section, and other layouts of both
        "places:\n  omsk:\n    - {predicate: name, value: Омск, quote: Омска}\n",
        "# 1\nplaces:\n  omsk:\n  - predicate: name\n    value: Омск\n    quote: 'Омска'  # 2\n",
        "places:\n    omsk:\n        - {predicate: name, value: Омск, quote: Омска}",
        "places:\n  omsk:\n    - predicate: name\n      value: >-\n        Омск\n\n  # mine\n",
        "places:\n  omsk:\n    - value: |\n        Омск\n  # me\n  tomsk:\n    - {value: Томск}\n",
        "---\nplaces:\n  omsk:\n    - {predicate: name,\n       value: Омск}\n...\n# mine\n",
        "companies:\n  luch:\n    - {predicate: name, value: Другое}\n# mine",
        "# only a comment",
        "\ufeffplaces:\n  omsk:\n    - {predicate: name, value: Омск}\n",
        "places:\r\n  omsk:\r\n    - {predicate: name, value: Омск}\r\n",
        "planets:\n  mars:\n    - {predicate: [name], value: {a: b}}\npeople:\n  x:\n    - y\n",
    ],
)
def test_no_byte_that_stands_in_the_file_changes(before: str) -> None:
    after = draft(TEXT, before)
    assert [line for line in added(before + "\n", after + "\n") if "draft: true" in line]
    kept = value_of(before) or {}
    for section, records in kept.items():
        for slug, lines in records.items():
            assert value_of(after)[section][slug][: len(lines)] == lines
    assert draft(TEXT, after) == after
    assert ("\r\n" in after) == ("\r\n" in before)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in before


def test_what_the_file_says_is_not_suggested() -> None:
    before = (
        "places:\n  omsk:\n    - {predicate: name, value: Город Омск, quote: Омска}\n"
        "    - {predicate: printed_as, value: Омска, quote: Омска, within: Мэр Омска}\n"
    )
    assert [line for line in added(before, draft(TEXT, before)) if "omsk" in line] == [
        "    - {draft: true, predicate: territory, object: place/omsk, quote: Мэр Омска Иван Белов}"
    ]


def test_a_record_is_the_one_that_has_its_name() -> None:
    before = "people:\n  mayor:\n    - {predicate: name, value: Иван Белов, quote: Иван Белов}\n"
    after = value_of(draft(TEXT, before))
    assert list(after["people"]) == ["mayor"]
    assert {line["predicate"] for line in after["people"]["mayor"]} == {
        "name",
        "position",
        "post",
        "territory",
    }


def test_a_suggestion_that_was_read_is_no_suggestion_again() -> None:
    once = draft(TEXT).replace("draft: true, ", "")
    assert draft(TEXT, once) == once


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("{}\n", "facts.yaml:1: the file stands in braces"),
        (
            "places: {omsk: [{predicate: type, value: city}]}\n",
            "facts.yaml:1: places/omsk stands in braces",
        ),
        (
            "places:\n  omsk: [{predicate: type, value: city}]\n",
            "facts.yaml:2: places/omsk stands in",
        ),
        ("places:\n  omsk: text\n", "facts.yaml:2: places/omsk stands in"),
        ("- places\n", "has to be a mapping of sections"),
        ("places: [\n", "is no valid YAML"),
    ],
)
def test_a_file_that_takes_no_lines_is_refused(before: str, message: str) -> None:
    with pytest.raises((SeedError, SeedErrors)) as error:
        draft(TEXT, before)
    assert message in str(error.value)


WORDS = (
    'Мэр Омска Иван Белов , . – « » " ООО «Луч» подписали соглашение о торговле сказал выставка '
    "«Река» 6 мая прошла в г. Омске : # { } [ ] ' \\ | > & * ! % @ ` ? - ~ null А. Б. Анна Белову "
    "имени школы \u00a0 \u2028 \u0301 \t 😀 завод Дом Дружбы делегация из"
)
ARTICLES = st.lists(
    st.sampled_from([*WORDS.split(" "), "\n", "\r\n", "», – сказал Иван Белов."])
).map(" ".join)


def document(text: str, facts: Any) -> SourceDocument:
    return SourceDocument(
        Path("doc"),
        text,
        "",
        "",
        Metadata(title=text, language="ru"),
        "",
        PATH,
        "",
        facts,
        ErrorCollector(),
    )


@given(ARTICLES | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])))
@settings(max_examples=300)
def test_a_draft_of_any_text_is_refused_for_its_marks_alone(text: str) -> None:
    facts = draft(text)
    lines = list(fact_lines(value_of(facts)))
    wrong = {each.message for each in lines if isinstance(each, Problem)}
    assert len(lines) == sum(isinstance(each, Problem) for each in lines)
    assert wrong <= {"a suggestion: read it, then remove `draft`"}
    if text:
        extract(document(text, unmarked(facts)))
    assert draft(text, facts) == facts


def unmarked(facts: str) -> Any:
    """Return the value of a facts file without its marks."""
    value = value_of(facts)
    for records in value.values():
        for lines in records.values():
            for line in lines:
                del line["draft"]
    return value
