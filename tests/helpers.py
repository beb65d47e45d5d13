"""Helpers that several test modules use."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message

from seed.__main__ import DOCUMENTS

ROOT = Path(__file__).parent.parent

LISTS = (
    "/v1/companies",
    "/v1/officials",
    "/v1/people",
    "/v1/organizations",
    "/v1/places",
    "/v1/events",
    "/v1/agreements",
    "/v1/quotations",
    "/v1/documents",
    "/v1/facts",
)
WITH_FACTS = tuple(path for path in LISTS if path not in {"/v1/documents", "/v1/facts"})


class StatementCounter:
    """Collects the SQL statements that an engine executes."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Record one statement, as an event listener."""
        if statement != "BEGIN":
            self.seen.append(statement)


class Client(TestClient):
    """A client, used as a context manager, that buffers responses and follows no redirects."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app, follow_redirects=False)
        self._transport = _DirectTransport(self)


class _DirectTransport(httpx2.BaseTransport):
    """Calls the application in one thread switch; the eight of Starlette's client take 1 ms."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Call the application and return its response."""
        url = request.url
        path, _, query = url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": path,
            "root_path": "",
            "scheme": url.scheme,
            "query_string": query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("testclient", 50000),
            "server": (url.host, 80),
            "state": self._client.app_state.copy(),
        }
        received = [{"type": "http.request", "body": request.read()}]
        sent: list[Message] = []

        async def receive() -> Message:
            if received:
                return received.pop()
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

        async def send(message: Message) -> None:
            sent.append(message)

        assert self._client.portal is not None
        self._client.portal.call(self._client.app, scope, receive, send)
        start, *rest = sent
        body = b"".join(each.get("body", b"") for each in rest)
        stream = httpx2.ByteStream(b"" if request.method == "HEAD" else body)
        return httpx2.Response(start["status"], headers=start["headers"], stream=stream)


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Poll a condition that another thread or process fulfils; fail after a timeout."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.005)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as a user who is subject to file permissions, unlike the superuser."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


FactLine = Mapping[str, str]


def write_documents(
    root: Path, documents: Mapping[str, Mapping[str, Mapping[str, Sequence[FactLine]]]]
) -> Path:
    """Write synthetic documents (section, record, lines of facts); return their folder.

    Each line gets a unique quote and the support "entailed", because the text prints no value.
    """
    for slug, sections in documents.items():
        folder = root / "documents" / slug
        folder.mkdir(parents=True)
        quotes: list[str] = []
        facts: dict[str, Any] = {}
        for section, records in sections.items():
            for record, lines in records.items():
                for line in lines:
                    quotes.append(f"[{slug} {len(quotes):05}]")
                    facts.setdefault(section, {}).setdefault(record, []).append(
                        {"support": "entailed", "quote": quotes[-1], **line}
                    )
        (folder / "text.txt").write_text(f"{slug}: {' '.join(quotes)}", encoding="utf-8")
        (folder / "document.yaml").write_text(f"title: '{slug}:'\nlanguage: ru\n")
        (folder / "facts.yaml").write_text(yaml.safe_dump(facts, allow_unicode=True))
    return root / "documents"


def edited_documents(root: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """Copy the shipped documents, edit their facts, and return the folder of the copy."""
    shutil.copytree(DOCUMENTS, root)
    (path,) = root.glob("*/facts.yaml")
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(facts)
    path.write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    return root


def value_fact(predicate: str, value: str, **more: str) -> FactLine:
    """Return the line of a fact with a value."""
    return {"predicate": predicate, "value": value, **more}


def relation_fact(predicate: str, target: str, **more: str) -> FactLine:
    """Return the line of a fact with an object, such as `place/omsk`."""
    return {"predicate": predicate, "object": target, **more}
