"""Problems: every error is problem+json, without the details that only the log may have."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.main import create_app
from app.settings import Settings

UNKNOWN = [
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
    "/v1//companies",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_record_or_path_is_a_404(client: TestClient, path: str) -> None:
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
def test_a_wrong_method_is_a_405_with_the_allowed_methods(
    client: TestClient, method: str, path: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 405


def test_a_missing_or_empty_database_is_a_503(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("missing.db", "empty.db"):
        app = create_app(Settings(database_url=f"sqlite:///{tmp_path / name}"))
        with TestClient(app) as client:
            response = client.get("/v1/companies")
        assert response.status_code == 503
        assert response.headers["content-type"] == "application/problem+json"
        assert str(tmp_path) not in response.text
    assert not (tmp_path / "missing.db").exists()


def test_a_statement_over_its_timeout_is_a_503(seeded_url: str) -> None:
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
