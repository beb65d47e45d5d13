"""An export is of one revision, whatever is loaded while it is sent."""

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

from app import listing
from app.api.facts import FactQuery
from app.api.facts import listing as facts
from app.identity import public_fact_id
from app.main import create_app
from app.models import Fact
from app.settings import Settings
from seed.__main__ import DOCUMENTS
from seed.load import load
from tests.app.formats.exchange import ask, lines, pages
from tests.helpers import edited_documents


@pytest.fixture
def lessened(tmp_path: Path) -> Path:
    """Return the folder of the documents without one fact."""
    return edited_documents(tmp_path / "lessened", lambda facts: facts["companies"]["sibir"].pop())


@pytest.fixture
def app(own_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """Yield a running application over a database that may be loaded anew."""
    monkeypatch.setattr(listing, "CHUNK", 2)
    # What PostgreSQL tells of a load takes its way, and pages asked for meanwhile may be kept ones.
    app = create_app(Settings(database_url=own_url, access_log=False, cache_entries=0))
    with TestClient(app):
        yield app


def reloading(documents: Path, url: str) -> Callable[[bytes], asyncio.Future[None]]:
    """Return what loads these documents when the first piece of an answer is there."""
    loaded: list[bool] = []

    async def reload(_piece: bytes) -> None:
        if not loaded:
            loaded.append(await asyncio.to_thread(load, documents, url))
            assert loaded == [True]

    return reload  # type: ignore[return-value]


@pytest.mark.parametrize("form", ["csv", "ndjson", "jsonld"])
def test_an_export_is_of_the_revision_it_began_with(
    app: FastAPI, own_url: str, lessened: Path, form: str
) -> None:
    target = f"/v1/facts?format={form}"
    before = ask(app, target)
    during = ask(app, target, reloading(lessened, own_url))
    after = ask(app, target)
    assert during.is_whole
    assert during.body == before.body != after.body
    assert during.headers["etag"] == before.headers["etag"] != after.headers["etag"]


def test_an_archive_is_of_the_revision_it_began_with(
    app: FastAPI, own_url: str, lessened: Path
) -> None:
    before = ask(app, "/v1/export").body
    during = ask(app, "/v1/export", reloading(lessened, own_url)).body
    after = ask(app, "/v1/export").body
    assert during == before != after
    manifests, counts = [], []
    for content in (during, after):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifests.append(json.loads(archive.read("manifest.json")))
            counts.append(len(lines(archive.read("facts.ndjson").decode())))
    assert manifests[0]["revision"] != manifests[1]["revision"]
    assert counts[0] == counts[1] + 1


def test_pages_exports_and_totals_agree_before_and_after(
    app: FastAPI, own_url: str, lessened: Path
) -> None:
    client = TestClient(app)

    def get(path: str, **parameters: object) -> dict[str, object]:
        response = client.get(path, params=dict(parameters) or None)  # type: ignore[arg-type]
        assert response.status_code == 200
        found: dict[str, object] = response.json()
        return found

    for documents in (lessened, DOCUMENTS, lessened):
        # A walk that is under way goes on over the new data, and gives nothing twice.
        page = get("/v1/facts", limit=50)
        walked = page["items"]
        assert isinstance(walked, list)
        assert load(documents, own_url)
        while page["next"]:
            page = get(str(page["next"]))
            assert isinstance(page["items"], list)
            walked += page["items"]
        for path in ("/v1/facts", "/v1/companies", "/v1/events"):
            exported = lines(ask(app, f"{path}?format=ndjson").body.decode())
            assert exported == pages(get, path, limit=7)
            assert len(exported) == get(path)["total"]
        with app.state.database.read() as connection:
            expected = list(map(public_fact_id, connection.scalars(select(col(Fact.id)))))
        assert sorted(each["id"] for each in walked) == sorted(expected)
        exported = lines(ask(app, "/v1/facts?format=ndjson").body.decode())
        assert sorted(each["id"] for each in exported) == sorted(expected)


def test_the_generator_itself_keeps_its_snapshot(
    app: FastAPI, own_url: str, lessened: Path
) -> None:
    with app.state.database.read() as connection:
        records = facts.records(connection, FactQuery())
        first = next(records)
        assert load(lessened, own_url)
        count = len(first) + sum(map(len, records))
        assert load(DOCUMENTS, own_url)
    with app.state.database.read() as connection:
        assert count == connection.scalar(select(func.count()).select_from(Fact))
