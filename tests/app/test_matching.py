"""Matching: one expression as both search engines read it."""

from app.matching import Every, Field, Token, expression, fts5, tsquery
from app.tokens import terms

_NAME: tuple[Field, ...] = ("name",)


def test_a_token_in_both_languages() -> None:
    assert fts5(Token("омск")) == '("омск")'
    assert fts5(Token("омск", ("name", "value"), begun=True)) == '({name value} : "омск" *)'
    assert tsquery(Token("омск")) == "('aомск' | 'bомск' | 'cомск' | 'dомск')"
    assert tsquery(Token("омск", ("name", "value"), begun=True)) == "('aомск':* | 'bомск':*)"


def test_what_is_asked_for_and_what_is_not() -> None:
    asked = Every((Token("а", _NAME), Token("б", _NAME)), without=Token("в", _NAME))
    assert fts5(asked) == '((({name} : "а") AND ({name} : "б")) NOT ({name} : "в"))'
    assert tsquery(asked) == "((('aа') & ('aб')) & !('aв'))"


def test_all_words_or_all_of_them_as_one() -> None:
    text = tsquery(expression("мэр Омска", terms("мэр Омска"), _NAME, begun=False))
    assert text == "(((('aмэр')) & (('aомск') | ('aомска'))) | ('aмэромска'))"


def test_kinds_are_asked_for_in_their_own_field() -> None:
    asked = expression("мир", terms("мир"), ("name",), begun=False, kinds=["company"])
    assert fts5(asked).endswith('AND (({kind} : "company")))')
    assert tsquery(asked).endswith("& (('dcompany')))")


def test_no_words_ask_for_what_no_text_has() -> None:
    assert fts5(expression("!", terms("!"))) == '("¤")'
