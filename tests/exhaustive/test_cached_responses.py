"""Cached responses equal uncached ones, for every path, method and header."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.middleware.test_response_cache import opened
from tests.helpers import LISTS
from tests.test_contract import FILTERS
from tests.test_openapi_file import REQUESTS

PATHS = [
    *LISTS,
    *(path for path in REQUESTS.values() if path.startswith("/v1/")),
    "/v1/companies?facet=city&facet=legal_form&limit=3",
    "/v1/companies?limit=3&facet=legal_form&facet=city",
    "/v1/companies?city=omsk&city=pavlodar&sort=legal_form",
    "/v1/companies?fields=legal_form,name",
    "/v1/companies?not_city=omsk&has=legal_form&lacks=brand&facet=product",
    "/v1/facts?format=csv",
    "/v1/companies?nonsense=1",
    "/v1/companies/no-such",
    "/docs",
    "/openapi.json",
    "/nothing",
]
CHANGING = {"x-request-id"}
FILTERED = [f"{path}?{name}={value}" for path in LISTS for name, value in FILTERS[path].items()]


@pytest.fixture(scope="module")
def cached_client(seeded_url: str) -> Iterator[TestClient]:
    """Yield a client of an application with the response cache switched on."""
    yield from opened(seeded_url)


def check(clients: tuple[TestClient, TestClient], method: str, path: str, headers: Any) -> None:
    """Check that both responses are equal, except for the headers in ``CHANGING``."""
    plain, cached = (client.request(method, path, headers=headers) for client in clients)
    assert cached.status_code == plain.status_code, (method, headers)
    assert cached.content == plain.content, (method, headers)
    for name in CHANGING:
        assert cached.headers.pop(name) != plain.headers.pop(name)
    assert dict(cached.headers) == dict(plain.headers), (method, headers)


@pytest.mark.parametrize("path", PATHS)
def test_a_cached_response_equals_the_uncached_one(
    client: TestClient, cached_client: TestClient, path: str
) -> None:
    tag = client.get(path).headers.get("etag", '"none"')
    for headers in (
        {},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "identity"},
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"},
        {"Accept": "text/csv"},
    ):
        for method in ("GET", "HEAD") if headers else ("GET", "HEAD", "GET", "OPTIONS", "POST"):
            check((client, cached_client), method, path, headers)


@pytest.mark.parametrize("path", FILTERED)
def test_a_cached_filtered_list_equals_the_uncached_one(
    client: TestClient, cached_client: TestClient, path: str
) -> None:
    tag = client.get(path).headers["etag"]
    for headers in ({}, {}, {"If-None-Match": tag}):
        check((client, cached_client), "GET", path, headers)
