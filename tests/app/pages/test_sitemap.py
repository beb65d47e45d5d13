"""The sitemap: the absolute addresses of all pages, and what crawlers needn't read."""

import xml.etree.ElementTree as ET

from fastapi.testclient import TestClient

from app.db.database import Database
from app.main import create_app
from app.pages.sitemap import record_paths
from app.settings import Settings
from tests.app.api import walk
from tests.helpers import LISTS, Client, StatementCounter

BASE = "https://facts.example"


def addresses(client: TestClient) -> list[str]:
    """Return the addresses of the sitemap."""
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(response.text)  # noqa: S314 (it is our own)
    return [
        each.text or "" for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]


def test_the_sitemap_has_every_page_of_the_public_address(seeded_url: str) -> None:
    app = create_app(Settings(database_url=seeded_url, public_url=BASE, access_log=False))
    with Client(app) as client:
        found = addresses(client)
        pages = [path.removeprefix("/v1") for path in LISTS]
        records = [
            f"{path.removeprefix('/v1')}/{item['id']}"
            for path in LISTS
            if path not in {"/v1/facts", "/v1/officials"}
            for item in walk(client, path)
        ]
        assert found[: len(pages) + 1] == [f"{BASE}{path}" for path in ("/", *pages)]
        assert "/documents/" in found[len(pages) + 1]
        assert sorted(found[len(pages) + 1 :]) == sorted(f"{BASE}{path}" for path in records)
        robots = client.get("/robots.txt")
        assert robots.headers["content-type"].startswith("text/plain")
        assert f"Sitemap: {BASE}/sitemap.xml\n" in robots.text


def test_of_too_many_records_the_documents_come_first(database: Database) -> None:
    with database.read() as connection:
        every = list(record_paths(connection, 1_000))
        first = list(record_paths(connection, 3))
    assert first == every[:3]
    assert first[0].startswith("/documents/")
    assert len(set(every)) == len(every) > 40


def test_an_empty_database_has_a_sitemap(fresh_url: str) -> None:
    with Client(create_app(Settings(database_url=fresh_url, access_log=False))) as client:
        assert len(addresses(client)) == 1 + len(LISTS)


def test_the_number_of_statements_is_bounded(
    client: TestClient, statements: StatementCounter
) -> None:
    addresses(client)
    statements.seen.clear()
    addresses(client)
    assert len(statements.seen) <= 3
