"""Two editions of one small dataset that differ in every record, and what is answered of each."""

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
from app.settings import Settings, get_settings
from seed.__main__ import main
from tests.helpers import Client, eventually, relation_fact, value_fact, write_documents

Answer = tuple[int, str, Any]
"""Its status, its ETag and its content."""
Answers = dict[str, Answer]

READERS = 2
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
    """Write an edition whose names have ``word``, and whose companies are in other cities."""
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
    return write_documents(root, {"izdanie": {"places": places, "companies": companies}})


def loaded(documents: Path, url: str) -> int:
    """Load documents as ``python -m seed`` does; return its exit status."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("DATABASE_URL", url)
        get_settings.cache_clear()
        with redirect_stdout(io.StringIO()):
            status = main(["--documents", str(documents)])
    get_settings.cache_clear()
    return status


@contextmanager
def serving(url: str, **settings: Any) -> Iterator[TestClient]:
    """Serve a database in this process; yield a client."""
    app = create_app(Settings(database_url=url, access_log=False, **settings))
    with Client(app) as client:
        yield client


def is_known(client: TestClient) -> bool:
    """Tell whether the application knows the revision, so that it keeps answers."""
    app: Any = client.app
    return app.state.database.revision() is not None


def ask(client: TestClient, path: str) -> Answer:
    """Return an answer; what tells when the data was loaded is left out."""
    response = client.get(path)
    content: Any = response.content
    if path == "/v1/export" and response.status_code == 200:
        content = _unpacked(content)
    return response.status_code, response.headers.get("etag", ""), content


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    manifest.pop("loaded_at")
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def paths_of(client: TestClient) -> list[str]:
    """Return what is asked: the paths, and all pages that follow."""
    paths = list(_PATHS)
    for path in paths:
        if "limit=" in path:
            following = client.get(path).json().get("next")
            paths += [following] if following else []
    return paths


class Editions:
    """Two editions, and what is answered of each, by path."""

    def __init__(self, root: Path, url: str) -> None:
        self.folders = (write(root / "a", "Север", 0), write(root / "b", "Юг", 1))
        self.url = url
        """The database, which has the first of them in the end."""
        paths: dict[str, None] = {}
        for documents in self.folders:
            assert loaded(documents, url) == 0
            with serving(url, cache_entries=0) as client:
                paths |= dict.fromkeys(paths_of(client))
        self.paths = list(paths)
        # The second is loaded now.
        second = answers(url, self.paths)
        assert loaded(self.folders[0], url) == 0
        self.answers = (answers(url, self.paths), second)
        for path, answer in self.answers[0].items():
            assert answer != second[path], f"{path} doesn't tell the editions apart"


def answers(url: str, paths: Sequence[str]) -> Answers:
    """Return what an application without a cache answers."""
    with serving(url, cache_entries=0) as client:
        return {path: ask(client, path) for path in paths}


class Crowd:
    """Readers that go on asking, each for all paths in an order of its own.

    They take a breath, in seconds, or who loads meanwhile would get too little of the processor.
    """

    def __init__(self, client: TestClient, paths: Sequence[str], breath: float = 0.02) -> None:
        self._client = client
        self._paths = paths
        self._breath = breath
        self._done = Event()
        self.seen: Counter[str] = Counter()
        """How many answers there were of each verdict."""

    @contextmanager
    def asking(self, judge: Callable[[str, Answer], str]) -> Iterator[None]:
        """Let the readers ask while inside; ``judge`` names an answer, or fails."""
        with ThreadPoolExecutor(READERS) as pool:
            readers = [pool.submit(self._read, number, judge) for number in range(READERS)]
            try:
                yield
            finally:
                self._done.set()
        for reader in readers:
            reader.result()

    def eventually(self, verdict: str, more: int = 50) -> None:
        """Wait until the readers have had so many more answers of a verdict."""
        until = self.seen[verdict] + more
        eventually(lambda: self.seen[verdict] >= until or self._done.is_set(), 60)
        assert not self._done.is_set(), "a reader failed"

    def _read(self, number: int, judge: Callable[[str, Answer], str]) -> None:
        chance = random.Random(number)
        try:
            while not self._done.is_set():
                for path in chance.sample(self._paths, len(self._paths)):
                    verdict = judge(path, ask(self._client, path))
                    self.seen[verdict] += 1
                    if self._done.wait(self._breath):
                        return
        finally:
            self._done.set()


def app_of(client: TestClient) -> FastAPI:
    """Return the application behind a client."""
    app: Any = client.app
    assert isinstance(app, FastAPI)
    return app
