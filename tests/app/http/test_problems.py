"""Errors: every one is problem+json, and none shows what only the log should have."""

import logging
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

DETAILS = [
    "/v1/companies/nope",
    "/v1/officials/nope",
    "/v1/people/nope",
    "/v1/organizations/nope",
    "/v1/places/nope",
    "/v1/events/nope",
    "/v1/agreements/nope",
    "/v1/quotations/nope",
    "/v1/documents/nope",
    "/v1/documents/nope/text",
    "/v1/facts/nope",
    "/v1/facts/0000000000000000",
    "/v1/facts/ffffffffffffffff",
    "/v1/companies/ОМСК",
    "/v1/companies/%00",
    "/v1/nothing",
    "/v2",
    "/v1/companies/",
    "/v1/companies/sibir/",
    "//v1/companies",
]


@pytest.mark.parametrize("path", DETAILS)
def test_what_is_not_there_is_a_404(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "/problems/not-found"
    assert body["title"] == "Not Found"
    assert body["status"] == 404
    assert body["detail"]
    assert body["instance"].startswith("/")
    assert body["instance"].isascii()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/companies", "/v1/companies/sibir", "/v1/search", "/docs"])
def test_a_wrong_method_is_a_405_that_tells_what_is_allowed(
    client: TestClient, method: str, path: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 405


def test_an_unexpected_error_is_logged_and_not_shown(
    application: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings(database_url="sqlite://"))

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the secret")

    with caplog.at_level(logging.ERROR), TestClient(app) as client:
        response = client.get("/broken")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "the secret" in caplog.text


def test_a_database_that_is_missing_or_empty_is_a_503(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("missing.db", "empty.db"):
        app = create_app(Settings(database_url=f"sqlite:///{tmp_path / name}"))
        with TestClient(app) as client:
            response = client.get("/v1/companies")
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert str(tmp_path) not in response.text
    assert not (tmp_path / "missing.db").exists()


@pytest.mark.parametrize(
    "path", ["/v1/companies/{id}", "/v1/companies/{id}/related", "/v1/facts/{id}"]
)
def test_the_name_of_a_parameter_is_no_id(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
