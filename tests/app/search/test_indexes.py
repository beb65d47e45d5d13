"""Full-text indexes: the same expression in the syntax of FTS5 and of ``tsquery``."""

from app.search.indexes import fts5, tsquery
from app.search.query import And, TokenQuery, build_query, parse_terms


def test_a_token_query_in_both_syntaxes() -> None:
    assert fts5(TokenQuery("омск")) == '("омск")'
    assert fts5(TokenQuery("омск", ("name", "value"), prefix=True)) == '({name value} : "омск" *)'
    assert tsquery(TokenQuery("омск")) == "'омск'"
    assert tsquery(TokenQuery("омск", ("name",))) == "':nомск'"
    assert (
        tsquery(TokenQuery("омск", ("name", "value"), prefix=True)) == "(':nомск':* | ':vомск':*)"
    )


def test_conjunction_and_exclusion_in_both_syntaxes() -> None:
    query = And((TokenQuery("а"), TokenQuery("б")), without=TokenQuery("в"))
    assert fts5(query) == '((("а") AND ("б")) NOT ("в"))'
    assert tsquery(query) == "(('а' & 'б') & !'в')"


def test_a_question_matches_by_its_terms_or_by_its_exact_key() -> None:
    text = tsquery(build_query("мэр Омска", parse_terms("мэр Омска"), prefixes=False))
    assert text == "(('мэр' & ('омск' | 'омска')) | 'мэромска')"


def test_tokens_that_a_prefix_covers_are_left_out() -> None:
    assert tsquery(build_query("омск", parse_terms("омск"))) == "'омск':*"
    assert tsquery(build_query("Омска", parse_terms("Омска"))) == "('омск' | 'омска':*)"


def test_kinds_are_matched_by_a_token_that_no_word_has() -> None:
    query = build_query("мир", parse_terms("мир"), ("name",), prefixes=False, kinds=["company"])
    assert fts5(query).endswith('AND ("¤company"))')
    assert tsquery(query).endswith("& '¤company')")


def test_a_question_without_words_matches_nothing() -> None:
    assert fts5(build_query("!", parse_terms("!"))) == '("¤")'
