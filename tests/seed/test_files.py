"""Facts files in the simplest form: the fast parser never disagrees with the YAML parser."""

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seed.files import _parsed, _simple

TEXTS = st.text(max_size=5) | st.sampled_from(
    ["", "Омск", "«Да»: нет", " a, b ", "x" * 2000, "a\tb", "\u2028", "\x85", "\ufeff", "it's", "}"]
)
WORDS = st.sampled_from(
    ["name", "place/omsk", "a\\n", "1-a", "null", "a--b", "a_", "", "-a", "Омск", "a b"]
)
KEYS = st.sampled_from(["predicate", "value", "quote", "y", "a b", "?", "x" * 101])
PAIRS = st.tuples(KEYS, TEXTS.map('"{}"'.format) | WORDS).map(": ".join)
LINES = st.one_of(
    st.lists(PAIRS, min_size=1, max_size=3).map(lambda pairs: f"    - {{{', '.join(pairs)}}}"),
    st.sampled_from(["  omsk:", "  omsk:", "  tula-1:", "  -a:", "  1:", "   tomsk:"]),
    st.sampled_from(["places:", "people:", "places: ", "Places:", "places: {}", "# places:"]),
    st.sampled_from(["", " ", "---", "...", "    -", "    - {}", "\t", "    - {predicate: name}}"]),
)
FACTS = "places:\n  omsk:\n    - {predicate: name, value: "


@settings(max_examples=1000)
@given(lines=st.lists(LINES, max_size=8), start=st.sampled_from(["", "places:\n  omsk:\n"]))
@example(lines=["people:", '    - {predicate: "a"}'], start=FACTS + '"Омск"}\n')
@example(lines=["  omsk:", "places:"], start="")
@example(lines=["places:", "people:"], start=FACTS + '"Омск"}\n')
def test_the_fast_parser_agrees_with_yaml_or_declines(lines: list[str], start: str) -> None:
    text = start + "\n".join(lines)
    simple = _simple(text)
    try:
        read = _parsed(text)
    except yaml.YAMLError:
        assert not simple
    else:
        assert not simple or simple == read


def test_only_generated_syntax_uses_the_fast_parser() -> None:
    text = FACTS + '"Омск, «город»", quote: "а", object: place/omsk}\n'
    simple = _simple(text)
    assert simple
    assert simple == _parsed(text)
    for other in (text.replace('"а"', '["а"]'), text + text, f"{text}# Омск\n", text + "people:\n"):
        assert _simple(other) is None
