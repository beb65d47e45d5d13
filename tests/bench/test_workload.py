"""The questions: every filter of every list is asked, and each finds something."""

import re
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.lists import LISTS
from bench.workload import (
    FILTER_COMBINATIONS,
    MAX_ENUM_VALUES,
    BenchCase,
    Counts,
    sample_cases,
    sample_matched,
)
from tests.databases import path_of
from tests.helpers import LISTS as PATHS
from tests.helpers import ROOT

pytestmark = pytest.mark.sqlite
Get = Callable[..., dict[str, Any]]
NO_FILTERS = {
    *("limit", "cursor", "sort", "order", "fields", "facet", "format", "include", "q"),
    "include_yearless",
}


@pytest.fixture(scope="session")
def questions(seeded_url: str) -> list[BenchCase]:
    """Return the questions to the real article, as if it were both sizes."""
    return sample_cases([path_of(seeded_url)] * 2)


def test_every_list_is_asked(questions: list[BenchCase]) -> None:
    assert {listing.path for listing, _query in LISTS} == set(PATHS)
    for group in ("list", "page at 90 %", "detail"):
        names = [f"/v1/{each.name}" for each in questions if each.group == group]
        assert names == [listing.path for listing, _query in LISTS]


@pytest.mark.parametrize("path", PATHS)
def test_every_filter_is_asked(path: str, questions: list[BenchCase], client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][path]["get"]
    filters = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
    asked = {each.name for each in questions if each.group == "filter"}
    name = path.removeprefix("/v1/")
    assert {f"{name}?{each}" for each in filters - NO_FILTERS} == {
        each for each in asked if each.startswith(f"{name}?")
    }


def test_every_question_finds_something(questions: list[BenchCase], get: Get) -> None:
    for question in questions:
        for path in {path for paths in question.paths for path in paths[:3]}:
            found = get(path)
            assert found.get("items", [found]), path


def test_a_page_at_90_percent_follows_the_rest(questions: list[BenchCase], get: Get) -> None:
    deep = next(each for each in questions if each.group == "page at 90 %" and each.name == "facts")
    page = get("/v1/facts?limit=200")
    ids = [each["id"] for each in [*page["items"], *get(page["next"])["items"]]]
    first = get(deep.paths[0][0])["items"][0]["id"]
    assert ids.index(first) == int(len(ids) * 0.9) + 1


def test_filters_that_the_readme_shows_together_are_asked_together() -> None:
    shown = set()
    for url in re.findall(r"127\.0\.0\.1:8000(/v1/\w+\?[^'\s]+)", (ROOT / "README.md").read_text()):
        filters = tuple(name for name in parse_qs(urlsplit(url).query) if name not in NO_FILTERS)
        if len(filters) > 1 and not url.startswith("/v1/search"):
            shown.add((urlsplit(url).path, filters))
    assert shown
    assert shown <= set(FILTER_COMBINATIONS)


def test_values_are_of_the_same_weight() -> None:
    small: Counts = {(f"s{number}",): number % 5 + 1 for number in range(MAX_ENUM_VALUES * 2)}
    large: Counts = {(f"l{number}",): number % 50 + 1 for number in range(MAX_ENUM_VALUES * 50)}
    drawn = sample_matched([small, large], Random(1))
    weights = [
        [counts[value] for value in values]
        for counts, values in zip([small, large], drawn.values, strict=True)
    ]
    assert weights[0] == weights[1] == list(drawn.limits)


def test_what_has_few_values_has_the_same_ones() -> None:
    drawn = sample_matched(
        [{("a",): 3, ("b",): 1}, {("a",): 900, ("b",): 80, ("c",): 1}], Random(1)
    )
    assert drawn.values == [[("a",), ("b",)]] * 2
    assert drawn.limits == [3, 1]


def test_what_the_data_lacks_is_not_asked() -> None:
    assert sample_matched([{}, {("a",): 1}], Random(1)).values == [[], []]
