"""Methods: HEAD, OPTIONS with CORS preflights, and 405 for any other."""

import pytest
from fastapi.testclient import TestClient

from tests.app.middleware import PATHS


@pytest.mark.parametrize("path", [*PATHS, "/v1/nothing", "/v1/companies?limit=0"])
def test_head_has_the_headers_of_get_without_the_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    changing = {"x-request-id", "date"}
    assert {**head.headers, **dict.fromkeys(changing)} == {**get.headers, **dict.fromkeys(changing)}


@pytest.mark.parametrize("path", PATHS)
def test_options_returns_the_allowed_methods(client: TestClient, path: str) -> None:
    response = client.options(path)
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_of_an_unknown_path_is_a_404(client: TestClient) -> None:
    for path in ("/v1/nothing", "/v1/companies/a/b", "/nothing"):
        assert client.options(path).status_code == 404, path
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_405_names_the_allowed_methods(client: TestClient, method: str) -> None:
    response = client.request(method, "/v1/companies")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_cors_allows_every_origin(client: TestClient) -> None:
    preflight = client.options(
        "/v1/companies",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"},
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "GET" in preflight.headers["access-control-allow-methods"]
    for path in ("/v1/companies", "/v1/nothing", "/v1/companies?limit=0"):
        response = client.get(path, headers={"Origin": "https://example.org"})
        assert response.headers["access-control-allow-origin"] == "*"
        exposed = response.headers["access-control-expose-headers"]
        assert {"Link", "ETag", "X-Request-ID"} <= set(exposed.split(", "))
        assert {"Content-Disposition", "Retry-After"} <= set(exposed.split(", "))


def test_a_preflight_allows_the_headers_that_browsers_ask_for(client: TestClient) -> None:
    preflight = client.options(
        "/v1/companies",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "cache-control,content-type",
        },
    )
    allowed = preflight.headers["access-control-allow-headers"].split(", ")
    assert {"Cache-Control", "Content-Type", "If-None-Match", "X-Request-ID"} <= set(allowed)
