"""Spans: a quote is located at its only occurrence, or rejected."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.spans import Span, locate, merge_spans, occurrences

texts = st.text(alphabet="аб «»\U0001f600е\u0308", max_size=30)


@given(texts, st.data())
def test_a_located_span_contains_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    try:
        span = locate(text, quote)
    except ValueError:
        assert not quote or len(occurrences(text, quote)) > 1
    else:
        assert text[span.start : span.end] == quote
        assert span.start == start


@given(texts, texts)
def test_occurrences_are_complete(text: str, quote: str) -> None:
    expected = [at for at in range(len(text)) if quote and text.startswith(quote, at)]
    assert occurrences(text, quote or "x") == (expected if quote else [])


def test_a_context_makes_a_quote_unique() -> None:
    text = "14 октября выставка, 14 октября матч"
    assert locate(text, "14 октября", "14 октября матч") == Span(21, 31)


@pytest.mark.parametrize(
    ("quote", "within", "message"),
    [
        ("14 октября", None, "stands 2 times, at 0, 21"),
        ("15 октября", None, "isn't in the text"),
        ("", None, "must not be empty"),
        ("14 октября", "нет такого", "`within` isn't in the text$"),
        ("матч", "14 октября", "`within` stands 2 times, at 0, 21: make it longer$"),
        ("матч", "14 октября в", "the quote isn't in `within`$"),
        ("аа", None, "stands 2 times"),
        ("14\u00a0октября матч", None, "the quote isn't in the text$"),
    ],
)
def test_a_missing_or_ambiguous_quote_is_rejected(
    quote: str, within: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        locate("14 октября выставка, 14 октября матч ааа", quote, within)


def test_a_message_has_a_bounded_number_of_offsets() -> None:
    with pytest.raises(ValueError, match="stands 1000 times, at 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …:"):
        locate("а" * 1000, "а")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda x: Span(x[0], sum(x)))))
def test_the_union_covers_the_same_offsets_with_disjoint_spans(spans: list[Span]) -> None:
    union = merge_spans(spans)
    points = [at for span in union for at in range(span.start, span.end)]
    assert len(points) == len(set(points))
    assert set(points) == {at for span in spans for at in range(span.start, span.end)}
    assert all(one.end < other.start for one, other in pairwise(union))
