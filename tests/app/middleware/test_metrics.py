"""Metrics: counts and durations of the responses."""

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def test_metrics_are_off_by_default(client: TestClient, seeded_url: str) -> None:
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
