"""Tests of app.api, and helpers that serve documents and walk the pages of a list."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from seed.load.pipeline import load
from tests.helpers import Client


def serve(url: str, documents: Path) -> TestClient:
    """Load the documents into a migrated database; return a client of its app, not entered."""
    load(documents, url)
    settings = Settings(database_url=url, access_log=False)
    return Client(create_app(settings))


def walk(client: TestClient, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return the items of all pages, following ``next`` from the first."""
    items: list[dict[str, Any]] = []
    response = client.get(path, params={"limit": 200, **parameters})
    while True:
        assert response.status_code == 200, response.text
        page = response.json()
        items += page["items"]
        if not page.get("next"):
            return items
        response = client.get(page["next"])
