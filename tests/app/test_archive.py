"""The archive: a ZIP of all data, equal to its manifest and to the other responses."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from seed.__main__ import DOCUMENTS
from seed.extract.files import document_folders
from seed.load.pipeline import load
from tests.helpers import LISTS
from tests.live_server import serving
from tests.seed.test_seed import FACTS, write

Json = dict[str, Any]
Get = Callable[..., Json]
NAMES = {path.rpartition("/")[2]: path for path in LISTS}


@pytest.fixture(scope="module")
def content(client: TestClient) -> bytes:
    """Return the bytes of the archive."""
    response = client.get("/v1/export")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == 'attachment; filename="pobratim.zip"'
    assert "content-encoding" not in response.headers
    return response.content


@pytest.fixture
def archive(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Yield the archive, opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive


@pytest.fixture
def manifest(archive: zipfile.ZipFile) -> Json:
    """Return the manifest of the archive."""
    parsed: Json = json.loads(archive.read("manifest.json"))
    return parsed


def test_the_archive_is_complete(archive: zipfile.ZipFile) -> None:
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert set(names) == {
        "manifest.json",
        "openapi.json",
        "context.jsonld",
        *(
            f"documents/{slug}.txt"
            for slug in [folder.name for folder in document_folders(DOCUMENTS)]
        ),
        *(f"{name}.{format_}" for name in NAMES for format_ in ("csv", "ndjson")),
    }


def test_the_manifest_describes_every_file(
    archive: zipfile.ZipFile, manifest: Json, get: Get
) -> None:
    files = {file["name"]: file for file in manifest["files"]}
    assert len(files) == len(manifest["files"])
    assert files.keys() == set(archive.namelist()) - {"manifest.json"}
    for name, file in files.items():
        data = archive.read(name)
        assert file["bytes"] == len(data) == archive.getinfo(name).file_size > 0
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
        stem, _, format_ = name.partition(".")
        if stem in NAMES:
            assert file["records"] == get(NAMES[stem])["total"]
            if format_ == "ndjson":
                assert file["records"] == data.count(b"\n")
        else:
            assert file["records"] == name.startswith("documents/")


def test_the_manifest_has_the_revision_and_its_time(
    archive: zipfile.ZipFile, manifest: Json, client: TestClient
) -> None:
    assert len(bytes.fromhex(manifest["revision"])) == 32
    loaded_at = datetime.fromisoformat(manifest["loaded_at"])
    assert loaded_at.utcoffset() == timedelta(0)
    for info in archive.infolist():
        assert info.date_time[:5] == loaded_at.timetuple()[:5]


@pytest.mark.parametrize("path", LISTS)
def test_the_lists_equal_the_exports(
    archive: zipfile.ZipFile, client: TestClient, path: str
) -> None:
    for format_ in ("ndjson", "csv"):
        name = f"{path.rpartition('/')[2]}.{format_}"
        assert archive.read(name) == client.get(path, params={"format": format_}).content


def test_the_documents_equal_their_texts(
    archive: zipfile.ZipFile, client: TestClient, get: Get
) -> None:
    for document in get("/v1/documents")["items"]:
        text = archive.read(f"documents/{document['id']}.txt")
        assert text == client.get(document["text"]).content
        assert hashlib.sha256(text).hexdigest() == document["sha256"]


def test_the_schemas_equal_those_of_the_api(archive: zipfile.ZipFile, get: Get) -> None:
    assert json.loads(archive.read("openapi.json")) == get("/openapi.json")
    assert json.loads(archive.read("context.jsonld")) == get("/v1/context")


def test_two_downloads_are_equal(content: bytes, client: TestClient, seeded_url: str) -> None:
    assert client.get("/v1/export").content == content
    with TestClient(create_app(Settings(database_url=seeded_url, access_log=False))) as other:
        assert other.get("/v1/export").content == content
    with serving(seeded_url) as address:
        assert httpx.get(f"http://{address}/v1/export").content == content


def test_the_archive_is_streamed(client: TestClient) -> None:
    with client.stream("GET", "/v1/export") as response:
        assert "content-length" not in response.headers
        assert next(response.iter_raw()).startswith(b"PK")
    head = client.head("/v1/export")
    assert head.content == b""
    tag = head.headers["etag"]
    assert tag.startswith('W/"')
    assert client.get("/v1/export", headers={"If-None-Match": tag}).status_code == 304


def test_another_load_changes_the_tag(fresh_url: str, tmp_path: Path) -> None:
    with TestClient(create_app(Settings(database_url=fresh_url, access_log=False))) as client:
        load(write(tmp_path / "one"), fresh_url)
        tag = client.head("/v1/export").headers["etag"]
        load(write(tmp_path / "two", facts=f"{FACTS}# The same."), fresh_url)
        again = client.get("/v1/export", headers={"If-None-Match": tag})
        assert again.status_code == 200
        assert again.headers["etag"] != tag


def test_the_archive_rejects_parameters(client: TestClient) -> None:
    response = client.get("/v1/export", params={"q": "омск"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "query.q"
