"""Operations: health, readiness, the access log and the metrics."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.main import create_app
from app.settings import Settings
from seed.__main__ import DOCUMENTS
from seed.load import load


def test_a_seeded_database_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").text == "alive\n"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    assert ready.headers["cache-control"] == "no-store"


def test_what_isnt_ready_says_why(tmp_path: Path, fresh_url: str) -> None:
    (tmp_path / "other.db").touch()
    (tmp_path / "corrupt.db").write_bytes(b"no database at all" * 1000)
    for url, reason in (
        (f"sqlite:///{tmp_path / 'missing.db'}", "can't be reached"),
        (f"sqlite:///{tmp_path / 'corrupt.db'}", "can't be reached"),
        (f"sqlite:///{tmp_path / 'other.db'}", "alembic upgrade head"),
        (fresh_url, "python -m seed"),
    ):
        with TestClient(create_app(Settings(database_url=url))) as client:
            response = client.get("/readyz")
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
            assert reason in response.json()["detail"]
            assert client.get("/healthz").status_code == 200
    with TestClient(create_app(Settings(database_url=fresh_url))) as client:
        assert client.get("/readyz").status_code == 503
        load(DOCUMENTS, fresh_url)
        assert client.get("/readyz").status_code == 200


def test_metrics_are_off_unless_switched_on(client: TestClient, seeded_url: str) -> None:
    assert client.get("/metrics").status_code == 404
    with TestClient(create_app(Settings(database_url=seeded_url, metrics=True))) as measured:
        measured.get("/v1/companies/sibir")
        measured.get("/v1/companies/smak")
        measured.get("/nothing/at/all")
        measured.request("BREW", "/v1/companies")
        metrics = measured.get("/metrics").text
    route = 'method="GET",route="/v1/companies/{id}",status="200"'
    assert f"http_requests_total{{{route}}} 2.0" in metrics
    assert f"http_request_duration_seconds_count{{{route}}} 2.0" in metrics
    assert 'route="(none)",status="404"' in metrics
    assert "BREW" not in metrics


def test_every_request_is_a_line_of_the_log(
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


def test_a_query_that_takes_too_long_is_given_up(seeded_url: str) -> None:
    app = create_app(Settings(database_url=seeded_url, statement_timeout=0.05))
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"

    @app.get("/slow")
    def slow() -> int:
        with app.state.database.read() as connection:
            return int(connection.execute(text(endless)).scalar_one())

    with TestClient(app) as client:
        response = client.get("/slow")
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/unavailable"
        assert client.get("/v1/companies").status_code == 200
