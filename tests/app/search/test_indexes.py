"""Matching: one expression as both search engines read it."""

from hypothesis import given
from hypothesis import strategies as st

from app.matching import Either, Every, Expression, Token, expression, fts5, tsquery
from app.tokens import Term, exact_key, terms


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


_WORDS = ["омск", "омска", "ом", "ООО", "omsk", "торгово-промышленная", "промышл", "мэр", "1С", "!"]


@given(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join),
    st.booleans(),
    st.sets(st.sampled_from([*"ом", "омск", "омский", "омска", "омскмэр", "торгово", "мэр", "1с"])),
)
def test_what_is_asked_for_is_every_term_or_all_as_one(
    question: str, begun: bool, tokens: set[str]
) -> None:
    asked = terms(question)
    wanted = bool(asked) and (
        all(_answers(tokens, term, begun) for term in asked) or exact_key(question) in tokens
    )
    assert _finds(expression(question, asked, begun=begun), tokens) == wanted


def _answers(tokens: set[str], term: Term, begun: bool) -> bool:
    starts = tuple(each for each in term.begun if each and begun)
    return (
        bool(term.whole & tokens)
        or any(each.startswith(starts) for each in tokens)
        or (bool(term.parts) and all(_answers(tokens, part, begun) for part in term.parts))
    )


def _finds(asked: Expression, tokens: set[str]) -> bool:
    match asked:
        case Token(text, _, begun):
            return text in tokens or (begun and any(each.startswith(text) for each in tokens))
        case Either(parts):
            return any(_finds(part, tokens) for part in parts)
        case Every(parts, without):
            found = all(_finds(part, tokens) for part in parts)
            return found and (without is None or not _finds(without, tokens))


def test_kinds_are_asked_for_by_what_is_no_word() -> None:
    asked = expression("мир", terms("мир"), ("name",), begun=False, kinds=["company"])
    assert fts5(asked).endswith('AND ("¤company"))')
    assert tsquery(asked).endswith("& '¤company')")


def test_no_words_ask_for_what_no_text_has() -> None:
    assert fts5(expression("!", terms("!"))) == '("¤")'
