"""The workload: it covers every filter of every list, and every request has results."""

import re
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.registry import LISTS
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
    *("include_yearless", "has", "lacks", "not_q"),
}


@pytest.fixture(scope="session")
def cases(seeded_url: str) -> list[BenchCase]:
    """Return the workload for the real article, used as the small and the large data set."""
    return sample_cases([path_of(seeded_url)] * 2)


def test_the_workload_covers_every_list(cases: list[BenchCase]) -> None:
    assert {listing.path for listing, _ in LISTS} == set(PATHS)
    for group in ("list", "page at 90 %", "detail"):
        names = [f"/v1/{each.name}" for each in cases if each.group == group]
        assert names == [listing.path for listing, _ in LISTS]


@pytest.mark.parametrize("path", PATHS)
def test_the_workload_covers_every_filter(
    path: str, cases: list[BenchCase], client: TestClient
) -> None:
    operation = client.get("/openapi.json").json()["paths"][path]["get"]
    filters = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
    name = path.removeprefix("/v1/")
    negations = {each for each in filters if each.startswith("not_")}
    # Of the negations, those of filters whose values a facet lists
    unlisted = {"not_id", "not_value", "not_date_from", "not_date_to", "not_overlaps"}
    for group, expected in (("filter", filters - negations), ("negation", negations - unlisted)):
        covered = {each.name for each in cases if each.group == group}
        assert {f"{name}?{each}" for each in expected - NO_FILTERS} == {
            each for each in covered if each.startswith(f"{name}?")
        }


def test_every_request_has_results(cases: list[BenchCase], get: Get) -> None:
    for case in cases:
        for path in {path for paths in case.paths for path in paths[:3]}:
            found = get(path)
            assert found.get("items", [found]), path


def test_the_deep_page_starts_at_90_percent(cases: list[BenchCase], get: Get) -> None:
    deep = next(each for each in cases if each.group == "page at 90 %" and each.name == "facts")
    page = get("/v1/facts?limit=200")
    ids = [each["id"] for each in [*page["items"], *get(page["next"])["items"]]]
    first = get(deep.paths[0][0])["items"][0]["id"]
    assert ids.index(first) == int(len(ids) * 0.9) + 1


def test_the_workload_covers_the_readmes_combined_filters() -> None:
    shown = set()
    for url in re.findall(r"127\.0\.0\.1:8000(/v1/\w+\?[^'\s]+)", (ROOT / "README.md").read_text()):
        filters = tuple(name for name in parse_qs(urlsplit(url).query) if name not in NO_FILTERS)
        if len(filters) > 1 and not url.startswith("/v1/search"):
            shown.add((urlsplit(url).path, filters))
    assert shown
    assert shown <= set(FILTER_COMBINATIONS)


def test_sampled_values_match_equal_numbers_of_records() -> None:
    small: Counts = {(f"s{number}",): number % 5 + 1 for number in range(MAX_ENUM_VALUES * 2)}
    large: Counts = {(f"l{number}",): number % 50 + 1 for number in range(MAX_ENUM_VALUES * 50)}
    sample = sample_matched([small, large], Random(1))
    weights = [
        [counts[value] for value in values]
        for counts, values in zip([small, large], sample.values, strict=True)
    ]
    assert weights[0] == weights[1] == list(sample.limits)


def test_few_values_are_the_same_in_both_data_sets() -> None:
    sample = sample_matched(
        [{("a",): 3, ("b",): 1}, {("a",): 900, ("b",): 80, ("c",): 1}], Random(1)
    )
    assert sample.values == [[("a",), ("b",)]] * 2
    assert sample.limits == [3, 1]


def test_values_missing_from_a_data_set_are_not_sampled() -> None:
    assert sample_matched([{}, {("a",): 1}], Random(1)).values == [[], []]
