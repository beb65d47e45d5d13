"""Snippets: the passage of a hit that has the most terms, and its highlights."""

from collections.abc import Callable
from typing import Any

import pytest

Json = dict[str, Any]
Get = Callable[..., Json]


@pytest.mark.parametrize(
    "question", ["омск", "Dvorakovskogo", "эко стандарт", "мэр", "нефтяного кокса", "п"]
)
def test_highlights_are_ranges_of_the_snippet(get: Get, question: str) -> None:
    for hit in get("/v1/search", q=question, limit=200)["items"]:
        snippet = hit["snippet"]
        assert snippet["highlights"]
        end = 0
        for each in snippet["highlights"]:
            assert end <= each["start"] < each["end"] <= len(snippet["text"])
            end = each["end"]


def test_a_snippet_of_a_fact_has_its_id(get: Get) -> None:
    hit = get("/v1/search", q="прокаленный кокс", kind="company")["items"][0]
    snippet = hit["snippet"]
    assert (hit["id"], snippet["field"], snippet["text"]) == (
        "unpk",
        "product",
        "прокаленный нефтяной кокс",
    )
    marked = [snippet["text"][each["start"] : each["end"]] for each in snippet["highlights"]]
    assert marked == ["прокаленный", "кокс"]
    assert get(f"/v1/facts/{snippet['fact']}")["value"] == snippet["text"]


def test_the_snippet_of_a_fact_is_its_value_or_evidence(get: Get) -> None:
    hit = get("/v1/search", q="турбулентность", kind="quotation")["items"][0]
    fact = get(f"/v1/facts/{hit['snippet']['fact']}")
    spoken = [fact["value"], *(each["exact"] for each in fact["evidence"])]
    assert hit["snippet"]["text"] in spoken
