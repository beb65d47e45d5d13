"""The access log: a line of JSON for every request."""

import json

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def test_every_request_is_logged_as_one_line(
    seeded_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with TestClient(create_app(Settings(database_url=seeded_url))) as client:
        client.get("/v1/companies/sibir", headers={"X-Request-ID": "mine"})
        client.get("/v1/омск%0Ax", headers={"X-Request-ID": "not mine\t"})
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert lines[0].keys() == {
        "time", "request_id", "method", "path", "route", "status", "duration_ms",
    }  # fmt: skip
    assert lines[0]["request_id"] == "mine"
    assert lines[0]["route"] == "/v1/companies/{id}"
    assert lines[0]["status"] == 200
    assert lines[1]["path"] == "/v1/омск\nx"
    assert lines[1]["status"] == 404
    assert lines[1]["request_id"] != "not mine\t"


def test_the_log_can_be_switched_off(seeded_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with TestClient(create_app(Settings(database_url=seeded_url, access_log=False))) as client:
        client.get("/v1/companies")
    assert capfd.readouterr().out == ""
