"""A large generated data set, and requests for every sort and filter of every list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.registry import LISTS
from app.settings import get_settings
from seed.__main__ import main

FACTS = 6_000
VALUES: dict[str, str] = {
    "q": "омск",
    "date_from": "2005-01-01",
    "date_to": "2015-12-31",
    "overlaps": "0,100",
}
"""Values of the filters without a facet."""


def generate(folder: Path) -> Path:
    """Generate the documents in a folder; return the folder."""
    assert main(["generate", "--facts", str(FACTS), "--seed", "7", "--documents", str(folder)]) == 0
    return folder


def load(documents: Path, url: str) -> None:
    """Load documents as ``python -m seed load`` does."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        assert main(["load", "--documents", str(documents)]) == 0
    get_settings.cache_clear()


def questions(client: TestClient) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every list in every sort and order, and every filter in every sort."""
    for listing, query in LISTS:
        fields = query.model_fields
        sorts = fields["sort"].annotation.__args__  # type: ignore[union-attr]
        first = client.get(listing.path, params={"limit": 1}).json()["items"][0]["id"]
        for sort in sorts:
            for order in ("asc", "desc"):
                yield listing.path, {"sort": sort, "order": order}
            for name in listing.all_filters:
                sent = dict.fromkeys(_values(client, listing.path, name, first))
                for value, order in zip(sent, ("asc", "desc"), strict=False):
                    yield listing.path, {name: value, "sort": sort, "order": order}


def negations(client: TestClient) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every filter with a value, its negation, and what has or lacks one, in one order.

    The requests of one filter follow each other: found, and not found.
    """
    for listing, query in LISTS:
        order = {"sort": query.model_fields["sort"].default}
        first = client.get(listing.path, params={"limit": 1}).json()["items"][0]["id"]
        for name, each in listing.all_filters.items():
            for value in dict.fromkeys(_values(client, listing.path, name, first)):
                if each.negatable:
                    yield listing.path, {name: value, **order}
                    yield listing.path, {f"not_{name}": value, **order}
        for name in listing.presence:
            yield listing.path, {"has": name, **order}
            yield listing.path, {"lacks": name, **order}


def _values(client: TestClient, path: str, name: str, first: str) -> Iterator[str]:
    """Yield the most and the least frequent facet value of a filter, or a suitable value."""
    if name == "id":
        yield first
    elif name == "value":
        yield "Омск"
    elif name in VALUES:
        yield VALUES[name]
    else:
        # An empty facet has no value, so the request uses an id without matches.
        found = values(client, path, name) or ["omsk"]
        yield found[0]
        yield found[-1]


def values(client: TestClient, path: str, name: str) -> list[str]:
    """Return the values of a facet, the most frequent first."""
    page = client.get(path, params={"facet": name, "limit": 1, "fields": "id"}).json()
    return [each["value"] for each in page["facets"][name] if each["value"] is not None]
