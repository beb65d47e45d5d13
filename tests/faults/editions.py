"""Two editions of a small data set, and the responses of each.

One of two documents differs, and names all records; so every record and every response differs.
"""

import io
import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings, Tuning, get_settings
from seed.__main__ import main
from tests.helpers import Client, eventually, relation_fact, value_fact, write_documents

Response = tuple[int, str, Any]
"""Status, ETag and content of a response."""
Responses = dict[str, Response]

_COMPANIES = 6
_PATHS = (
    "/v1/companies?facet=city&facet=legal_form&limit=4&include=facts",
    "/v1/companies?limit=4",
    "/v1/companies?limit=4&sort=legal_form&order=desc",
    "/v1/companies/firma-03",
    "/v1/companies/firma-03/related",
    "/v1/places/gorod-1",
    "/v1/facts?limit=12",
    "/v1/search?q=фирма&limit=4",
    "/v1/graph",
    "/v1/documents/izdanie/annotations?limit=12",
    "/v1/documents/izdanie/text",
    "/v1/documents/izdanie/verification",
    "/v1/companies?format=csv",
    "/v1/facts?format=ndjson",
    "/v1/places?format=jsonld",
    "/v1/export",
)
EXPORTS = (*(f"/v1/facts?format={form}" for form in ("csv", "ndjson", "jsonld")), "/v1/export")


def write(root: Path, word: str, shift: int) -> Path:
    """Write an edition: names contain ``word``, and companies are in cities moved by ``shift``.

    A second document, the same in all editions, proves facts of these records, too.
    """
    places = {
        f"gorod-{number}": [
            value_fact("name", f"Город {number} {word}"),
            value_fact("type", "city"),
            *[value_fact("description", f"Описание {word}")] * shift,
        ]
        for number in range(2)
    }
    companies = {
        f"firma-{number:02}": [
            value_fact("name", f"Фирма {number:02} {word}"),
            value_fact("legal_form", ("ООО", "ЗАО", "АО")[number * (shift + 1) % 3]),
            relation_fact("city", f"place/gorod-{(number + shift) % 2}"),
        ]
        for number in range(_COMPANIES)
    }
    same = {
        "places": {slug: [value_fact("type", "city")] for slug in places},
        "companies": {
            "firma-03": [value_fact("also_known_as", "Третья"), value_fact("brand", "Три")]
        },
    }
    return write_documents(
        root, {"izdanie": {"places": places, "companies": companies}, "spravka": same}
    )


def run_load(documents: Path, url: str, *options: str) -> int:
    """Load documents as ``python -m seed`` does; return its exit status."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        with redirect_stdout(io.StringIO()):
            status = main(["--documents", str(documents), *options])
    get_settings.cache_clear()
    return status


@contextmanager
def serving(url: str, *, export_rows: int = 500, **settings: Any) -> Iterator[TestClient]:
    """Serve a database in this process; yield a client."""
    # Tests replace a file faster than a revision expires.
    tuning = Tuning(export_rows=export_rows, revision_ttl=0)
    app = create_app(Settings(database_url=url, access_log=False, **settings), tuning)
    with Client(app) as client:
        yield client


def has_revision(client: TestClient) -> bool:
    """Return whether the application knows the revision, which response caching requires."""
    app: Any = client.app
    return app.state.database.revision() is not None


def fetch(client: TestClient, path: str) -> Response:
    """Return a response, without the time of the load."""
    response = client.get(path)
    content: Any = response.content
    if path == "/v1/export" and response.status_code == 200:
        content = _unzip(content)
    return response.status_code, response.headers.get("etag", ""), content


def _unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    manifest.pop("loaded_at")
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def paths_of(client: TestClient) -> list[str]:
    """Return the paths to request: the fixed ones and every following page."""
    paths = list(_PATHS)
    for path in paths:
        if "limit=" in path:
            following = client.get(path).json().get("next")
            paths += [following] if following else []
    return paths


class Editions:
    """Two editions and the responses of each, by path."""

    def __init__(self, root: Path, url: str) -> None:
        self.folders = (write(root / "a", "Север", 0), write(root / "b", "Юг", 1))
        self.url = url
        """The database, which ends up with the first edition."""
        paths: dict[str, None] = {}
        for documents in self.folders:
            assert run_load(documents, url) == 0
            with serving(url, cache_entries=0) as client:
                paths |= dict.fromkeys(paths_of(client))
        self.paths = list(paths)
        # The loop has left the second edition in the database.
        second = fetch_all(url, self.paths)
        assert run_load(self.folders[0], url) == 0
        self.responses = (fetch_all(url, self.paths), second)
        for path, response in self.responses[0].items():
            assert response != second[path], f"{path} doesn't tell the editions apart"


def fetch_all(url: str, paths: Sequence[str]) -> Responses:
    """Return the responses of an application without a cache, by path."""
    with serving(url, cache_entries=0) as client:
        return {path: fetch(client, path) for path in paths}


class ConcurrentReaders:
    """Readers that repeatedly request all paths, each in its own random order.

    Each waits ``pause`` seconds between requests, to leave processor time for a concurrent load.
    """

    def __init__(
        self, client: TestClient, paths: Sequence[str], number: int = 2, pause: float = 0.02
    ) -> None:
        self._client = client
        self._paths = paths
        self._number = number
        self._pause = pause
        self._done = Event()
        self.outcomes: Counter[str] = Counter()
        """The number of responses by outcome."""

    @contextmanager
    def running(self, classify: Callable[[str, Response], str]) -> Iterator[None]:
        """Run the readers inside the context; ``classify`` names a response's outcome, or fails."""
        with ThreadPoolExecutor(self._number) as pool:
            running = [pool.submit(self._read, seed, classify) for seed in range(self._number)]
            try:
                yield
            finally:
                self._done.set()
        for reader in running:
            reader.result()

    def wait_for(self, outcome: str, more: int = 50) -> None:
        """Wait until the readers have received ``more`` further responses of an outcome."""
        until = self.outcomes[outcome] + more
        eventually(lambda: self.outcomes[outcome] >= until or self._done.is_set(), 60)
        assert not self._done.is_set(), "a reader failed"

    def _read(self, seed: int, classify: Callable[[str, Response], str]) -> None:
        chance = random.Random(seed)
        try:
            while not self._done.is_set():
                for path in chance.sample(self._paths, len(self._paths)):
                    outcome = classify(path, fetch(self._client, path))
                    self.outcomes[outcome] += 1
                    if self._done.wait(self._pause):
                        return
        finally:
            self._done.set()


def app_of(client: TestClient) -> FastAPI:
    """Return the application behind a client."""
    app: Any = client.app
    assert isinstance(app, FastAPI)
    return app
