"""Limits: request targets that are too long or aren't UTF-8."""

import pytest
from fastapi.testclient import TestClient

from app.http.problems import MAX_TARGET


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/companies?q=%FF", 400),
        ("/v1/companies?%FF=1", 400),
        ("/v1/companies/%FF", 400),
        ("/v1/companies/%ED%A0%80", 400),
        ("/v1/companies?q=%ED%A0%80", 400),
        ("/v1/companies?q=%00", 422),
        ("/v1/companies?q=" + "a" * MAX_TARGET, 414),
        ("/v1/companies?q=" + "a" * 60_000, 414),
        ("/v1/" + "a" * MAX_TARGET, 414),
        ("/v1/../etc/passwd", 404),
        ("/v1/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/v1/companies;limit=0", 404),
        ("/v1/companies/sibir%2F", 404),
    ],
)
def test_an_invalid_target_is_a_problem(client: TestClient, target: str, status: int) -> None:
    response = client.get(target)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
