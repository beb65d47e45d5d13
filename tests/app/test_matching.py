"""Matching: one expression as both search engines read it."""

from hypothesis import given
from hypothesis import strategies as st

from app.matching import Either, Every, Token, either, expression, fts5, tsquery
from app.tokens import terms


def test_a_token_in_both_languages() -> None:
    assert fts5(Token("омск")) == '("омск")'
    assert fts5(Token("омск", ("name", "value"), begun=True)) == '({name value} : "омск" *)'
    assert tsquery(Token("омск")) == "'омск'"
    assert tsquery(Token("омск", ("name",))) == "':nомск'"
    assert tsquery(Token("омск", ("name", "value"), begun=True)) == "(':nомск':* | ':vомск':*)"


def test_what_is_asked_for_and_what_is_not() -> None:
    asked = Every((Token("а"), Token("б")), without=Token("в"))
    assert fts5(asked) == '((("а") AND ("б")) NOT ("в"))'
    assert tsquery(asked) == "(('а' & 'б') & !'в')"


def test_all_words_or_all_of_them_as_one() -> None:
    text = tsquery(expression("мэр Омска", terms("мэр Омска"), begun=False))
    assert text == "(('мэр' & ('омск' | 'омска')) | 'мэромска')"


def test_what_is_found_anyway_is_not_asked_for() -> None:
    assert tsquery(expression("омск", terms("омск"))) == "'омск':*"
    assert tsquery(expression("Омска", terms("Омска"))) == "('омск' | 'омска':*)"


_SPELT = st.text("аб", max_size=3)
_TOKENS = st.builds(Token, _SPELT, st.sampled_from([(), ("name",), ("value",)]), st.booleans())


@given(
    st.lists(_TOKENS, min_size=1),
    st.lists(_TOKENS, min_size=1),
    st.dictionaries(st.sampled_from(["name", "value"]), st.sets(_SPELT)),
)
def test_without_it_the_same_is_found(
    one: list[Token], other: list[Token], record: dict[str, set[str]]
) -> None:
    asked = either(either(*one), *other)
    kept = asked.parts if isinstance(asked, Either) else [asked]
    found = [_has(record, each) for each in kept if isinstance(each, Token)]
    assert len(found) == len(kept)
    assert any(found) == any(_has(record, each) for each in one + other)


def _has(record: dict[str, set[str]], asked: Token) -> bool:
    fields = asked.fields or ("name", "value")
    held = set[str]().union(*(record.get(name, set()) for name in fields))
    return any(each.startswith(asked.text) for each in held) if asked.begun else asked.text in held


def test_kinds_are_asked_for_by_what_is_no_word() -> None:
    asked = expression("мир", terms("мир"), ("name",), begun=False, kinds=["company"])
    assert fts5(asked).endswith('AND ("¤company"))')
    assert tsquery(asked).endswith("& '¤company')")


def test_no_words_ask_for_what_no_text_has() -> None:
    assert fts5(expression("!", terms("!"))) == '("¤")'
