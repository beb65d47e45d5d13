"""Quotes: their spans, or which key is to blame for it that there is none."""

import pytest

from app.domain.spans import Span
from seed.extract.facts_file import FactLine
from seed.extract.problems import Keys
from seed.extract.quotes import Quotes, WrongQuote

TEXT = "Заголовок\n14 октября выставка, 14 октября матч."


def spans(quote: str | list[str], within: str | None = None) -> list[Span | WrongQuote]:
    line = FactLine.model_validate({"predicate": "name", "quote": quote, "within": within})
    return list(Quotes(TEXT).spans(line))


def test_each_quote_has_its_span() -> None:
    assert spans(["выставка", "матч"]) == [Span(21, 29), Span(42, 46)]
    assert spans("14 октября", "14 октября матч") == [Span(31, 41)]


@pytest.mark.parametrize(
    ("quote", "within", "keys", "message", "suggestion"),
    [
        (
            "15 октября",
            None,
            ("quote",),
            "the quote isn't in the text; line 2 has «14 октября»: expected «15», found «14»",
            "14 октября",
        ),
        ("совсем другое", None, ("quote",), "the quote isn't in the text", ""),
        (["матч", "Матчи"], None, ("quote", 1), "the quote isn't in the text; line 2 ", "матч"),
        ("14 октября", None, ("quote",), "the quote stands 2 times, at 10, 31: make it ", ""),
        (
            "14 октября",
            "14\u00a0октября матч",
            ("within",),
            "`within` isn't in the text; line 2 has «14 октября матч»: expected U+00A0 no-break "
            "space, found U+0020 space after «14» (within: 14\u00a0октября матч)",
            "14 октября матч",
        ),
        (
            "14",
            "14 октября",
            ("within",),
            "`within` stands 2 times, at 10, 31: make it longer (within: 14 октября)",
            "",
        ),
        (
            "выставка",
            "14 октября матч",
            ("within",),
            "`within` doesn't have the quote, which stands in line 2 (within: 14 октября матч)",
            "",
        ),
        (
            "15 октября",
            "14 октября матч",
            ("quote",),
            "the quote isn't in `within`, which has «14 октября»: expected «15», found «14»",
            "14 октября",
        ),
        (
            "Выставки",
            "14 октября матч",
            ("quote",),
            "the quote isn't in `within`; line 2 has «выставка»: ",
            "выставка",
        ),
    ],
)
def test_the_key_to_blame_is_named(
    quote: str | list[str], within: str | None, keys: Keys, message: str, suggestion: str
) -> None:
    (found,) = [each for each in spans(quote, within) if isinstance(each, WrongQuote)]
    assert found.message.startswith(message)
    assert (found.keys, found.suggestion) == (keys, suggestion)


def test_a_wrong_within_is_told_once() -> None:
    (found,) = spans(["14", "октября", "матч"], "13 октября матч")
    assert isinstance(found, WrongQuote)
    assert found.keys == ("within",)
