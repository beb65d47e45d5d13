"""Server errors: an unforeseen exception is a 500 problem, logged and without details."""

import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def test_a_500_has_the_headers_of_every_response(seeded_url: str) -> None:
    app = create_app(Settings(database_url=seeded_url, access_log=False))

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError

    with TestClient(app) as client:
        response = client.get("/broken", headers={"X-Request-ID": "mine-1"})
    assert response.status_code == 500
    assert response.json()["request_id"] == response.headers["x-request-id"] == "mine-1"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_is_logged_but_not_published(
    application: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings())

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the secret")

    with caplog.at_level(logging.ERROR), TestClient(app) as client:
        response = client.get("/broken")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "the secret" in caplog.text
