"""Matching: one expression as both search engines read it."""

from app.matching import Every, Token, expression, fts5, tsquery
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
    assert text == "((('мэр') & ('омск' | 'омска')) | 'мэромска')"


def test_kinds_are_asked_for_in_their_own_field() -> None:
    asked = expression("мир", terms("мир"), ("name",), begun=False, kinds=["company"])
    assert fts5(asked).endswith('AND (({kind} : "company")))')
    assert tsquery(asked).endswith("& (':kcompany'))")


def test_no_words_ask_for_what_no_text_has() -> None:
    assert fts5(expression("!", terms("!"))) == '("¤")'
