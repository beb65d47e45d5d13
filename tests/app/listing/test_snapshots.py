"""Snapshots: an export reads one revision, even if a load commits while it is sent."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import col

from app.domain.ids import public_fact_id
from app.listing.endpoint import records
from app.main import create_app
from app.models import Fact
from app.resources.facts import FactQuery, facts
from app.settings import Settings, Tuning
from seed.__main__ import DOCUMENTS
from seed.load.pipeline import load
from seed.load.report import Report
from tests.app.formats.exchange import lines, pages, send_request
from tests.helpers import edited_documents


@pytest.fixture
def smaller(tmp_path: Path) -> Path:
    """Return a folder of the shipped documents less one fact."""
    return edited_documents(tmp_path / "smaller", lambda facts: facts["companies"]["sibir"].pop())


@pytest.fixture
def app(own_url: str) -> Iterator[FastAPI]:
    """Yield a running application over a database that tests may reload."""
    # PostgreSQL's notice of a load takes a moment; until then, a cache would serve old pages.
    settings = Settings(database_url=own_url, access_log=False, cache_entries=0)
    app = create_app(settings, Tuning(export_rows=2))
    with TestClient(app):
        yield app


def reloading(documents: Path, url: str) -> Callable[[bytes], asyncio.Future[None]]:
    """Return a callback that loads the documents at the first chunk of a response."""
    loaded: list[Report] = []

    async def reload(_chunk: bytes) -> None:
        if not loaded:
            loaded.append(await asyncio.to_thread(load, documents, url))
            assert loaded[0]

    return reload  # type: ignore[return-value]


@pytest.mark.parametrize("file_format", ["csv", "ndjson", "jsonld"])
def test_an_export_reads_the_revision_it_began_with(
    app: FastAPI, own_url: str, smaller: Path, file_format: str
) -> None:
    target = f"/v1/facts?format={file_format}"
    before = send_request(app, target)
    during = send_request(app, target, reloading(smaller, own_url))
    after = send_request(app, target)
    assert during.is_whole
    assert during.body == before.body != after.body
    assert during.headers["etag"] == before.headers["etag"] != after.headers["etag"]


def test_an_archive_reads_the_revision_it_began_with(
    app: FastAPI, own_url: str, smaller: Path
) -> None:
    before = send_request(app, "/v1/export").body
    during = send_request(app, "/v1/export", reloading(smaller, own_url)).body
    after = send_request(app, "/v1/export").body
    assert during == before != after
    manifests, counts = [], []
    for content in (during, after):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifests.append(json.loads(archive.read("manifest.json")))
            counts.append(len(lines(archive.read("facts.ndjson").decode())))
    assert manifests[0]["revision"] != manifests[1]["revision"]
    assert counts[0] == counts[1] + 1


def test_pages_exports_and_totals_agree_before_and_after_a_load(
    app: FastAPI, own_url: str, smaller: Path
) -> None:
    client = TestClient(app)

    def get(path: str, **parameters: object) -> dict[str, object]:
        response = client.get(path, params=dict(parameters) or None)  # type: ignore[arg-type]
        assert response.status_code == 200
        found: dict[str, object] = response.json()
        return found

    for documents in (smaller, DOCUMENTS, smaller):
        # Pages begun before a load continue over the new data, without duplicates.
        page = get("/v1/facts", limit=50)
        walked = page["items"]
        assert isinstance(walked, list)
        assert load(documents, own_url)
        while page["next"]:
            page = get(str(page["next"]))
            assert isinstance(page["items"], list)
            walked += page["items"]
        for path in ("/v1/facts", "/v1/companies", "/v1/events"):
            exported = lines(send_request(app, f"{path}?format=ndjson").body.decode())
            assert exported == pages(get, path, limit=7)
            assert len(exported) == get(path)["total"]
        with app.state.database.read() as connection:
            expected = list(map(public_fact_id, connection.scalars(select(col(Fact.id)))))
        assert sorted(each["id"] for each in walked) == sorted(expected)
        exported = lines(send_request(app, "/v1/facts?format=ndjson").body.decode())
        assert sorted(each["id"] for each in exported) == sorted(expected)


def test_the_generator_of_records_reads_one_snapshot(
    app: FastAPI, own_url: str, smaller: Path
) -> None:
    with app.state.database.read() as connection:
        chunks = records(connection, facts, FactQuery(), 2)
        first = next(chunks)
        assert load(smaller, own_url)
        count = len(first) + sum(map(len, chunks))
        assert load(DOCUMENTS, own_url)
    with app.state.database.read() as connection:
        assert count == connection.scalar(select(func.count()).select_from(Fact))
