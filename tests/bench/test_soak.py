"""The soak: its bound is the documented one, and its loads are valid, varied requests."""

import re
from itertools import islice
from random import Random
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from app.registry import LISTS
from bench.load import Client
from bench.soak import MAX_MEMORY, Paths, combinations, distinct_paths, filter_values, searches
from tests.helpers import ROOT

NAMES = [("place", "Омск"), ("company", "ЗАО «Сибирь»"), ("person", "Эдуард Савин")]


class JsonClient:
    """The benchmark's client, over the application itself."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def json(self, path: str) -> dict[str, Any]:
        """Return the JSON object at a path."""
        found: dict[str, Any] = self._client.get(path).json()
        return found


def loads(client: TestClient) -> dict[str, Paths]:
    values = filter_values(cast("Client", JsonClient(client)))
    random = Random(1)
    return {
        "searches": searches([name for _, name in NAMES], random),
        "combinations": combinations(values, random),
        "distinct paths": distinct_paths(NAMES, random),
    }


def test_the_bound_is_the_documented_one() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    promised = re.search(r"at most (\d+) MB with SQLite, (\d+) MB with PostgreSQL", text)
    assert promised is not None
    assert list(map(int, promised.groups())) == [MAX_MEMORY["sqlite"], MAX_MEMORY["postgresql"]]


@pytest.mark.parametrize("load", ["searches", "combinations"])
def test_searches_and_combinations_are_answered(client: TestClient, load: str) -> None:
    paths = list(islice(loads(client)[load], 100))
    assert {client.get(path).status_code for path in paths} == {200}
    assert len(set(paths)) > 90


def test_combinations_use_every_filter_with_values(client: TestClient) -> None:
    values = filter_values(cast("Client", JsonClient(client)))
    assert values.keys() == {listing.path for listing, _ in LISTS}
    paths = "\n".join(islice(combinations(values, Random(1)), 3_000))
    for filters in values.values():
        for name in filters:
            assert f"&{name}=" in paths
            assert f"&not_{name}=" in paths or name == "official"


def test_distinct_paths_fail_only_by_the_client(client: TestClient) -> None:
    paths = list(islice(loads(client)["distinct paths"], 100))
    assert {client.get(path).status_code for path in paths} == {200, 404, 422}
    assert len(set(paths)) == 100
