"""Health: liveness and readiness."""

from pathlib import Path

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from seed.__main__ import DOCUMENTS
from seed.load.pipeline import load


def test_a_seeded_database_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").text == "alive\n"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    assert ready.headers["cache-control"] == "no-store"


def test_an_unready_server_reports_the_reason(tmp_path: Path, fresh_url: str) -> None:
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
