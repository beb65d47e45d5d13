"""Finalization: the headers that every response has."""

import pytest
from fastapi.testclient import TestClient

from tests.app.middleware import PATHS


@pytest.mark.parametrize("path", [*PATHS, "/v1/nothing", "/v1/companies?limit=0", "/healthz"])
def test_every_response_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "server" not in headers
    assert headers["cache-control"]


def test_a_foreign_host_is_never_a_redirect_target(client: TestClient) -> None:
    for path in ("/", "/v1/companies/", "/docs/"):
        response = client.get(path, headers={"Host": "evil.example"})
        assert "evil" not in response.headers.get("location", "")
        assert "evil" not in response.text
