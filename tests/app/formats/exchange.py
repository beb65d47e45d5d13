"""ASGI requests whose client a test controls, and helpers that read complete lists."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy.pool import QueuePool
from starlette.types import Message

from tests.helpers import LISTS

Json = dict[str, Any]
Get = Callable[..., Json]

NAMES = tuple(path.rpartition("/")[2] for path in LISTS)
_NAMES = "id,kind,name,also_known_as,printed_as"
HEADERS = {
    "/v1/companies": f"{_NAMES},legal_form,city_kind,city_id,city_name,brands,products,events,"
    "agreements",
    "/v1/officials": f"{_NAMES},position,post,organization_kind,organization_id,"
    "organization_name,territory_kind,territory_id,territory_name,events,agreements",
    "/v1/people": f"{_NAMES},official,position,post,events,agreements",
    "/v1/organizations": f"{_NAMES},type,parent_kind,parent_id,parent_name,place_kind,place_id,"
    "place_name,origin_kind,origin_id,origin_name,leader_kind,leader_id,leader_name,opened,"
    "patrons,specializations,holdings,events",
    "/v1/places": f"{_NAMES},type,parent_kind,parent_id,parent_name",
    "/v1/events": f"{_NAMES},type,date_edtf,date_text,date_year,date_month,date_day,venue_kind,"
    "venue_id,venue_name,place_kind,place_id,place_name,parent_kind,parent_id,parent_name,"
    "participants,enterprise_count",
    "/v1/agreements": f"{_NAMES},type,status,subject,spheres,goods,producers,destinations,"
    "occasion_kind,occasion_id,occasion_name,signed_on,signed_in_kind,signed_in_id,"
    "signed_in_name,parties,signatories,attributed_to_kind,attributed_to_id,attributed_to_name",
    "/v1/quotations": f"{_NAMES},speaker_kind,speaker_id,speaker_name,text",
    "/v1/documents": f"{_NAMES},language,length,sha256,text,facts",
    "/v1/facts": "id,subject_kind,subject_id,subject_name,predicate,value,object_kind,object_id,"
    "object_name,support,attributed_to_kind,attributed_to_id,attributed_to_name,reason,"
    "document_id,start,end,exact,prefix,suffix,more_evidence",
}


def pages(get: Get, path: str, **parameters: object) -> list[Json]:
    """Return the items of all pages of a list."""
    page = get(path, **parameters)
    found: list[Json] = page["items"]
    while page["next"]:
        page = get(page["next"])
        found += page["items"]
    assert len(found) == page["total"]
    return found


def lines(text: str) -> list[Json]:
    """Return the records of an NDJSON text."""
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n") if text]


class Exchange:
    """One ASGI request to the application, as a server would send it."""

    def __init__(
        self,
        app: FastAPI,
        target: str,
        on_chunk: Callable[[bytes], Awaitable[None]] | None = None,
    ) -> None:
        self.app = app
        self.path, _, self.query = target.partition("?")
        self.on_chunk = on_chunk
        self.gone = asyncio.Event()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []
        self.is_whole = False

    @property
    def body(self) -> bytes:
        """The bytes received so far."""
        return b"".join(self.chunks)

    async def run(self) -> "Exchange":
        """Send the request; return when the application has finished."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": [(b"host", b"testserver")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        await self.app(scope, self._receive, self._send)
        return self

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        chunk = message.get("body", b"")
        self.is_whole = not message.get("more_body")
        if chunk:
            self.chunks.append(chunk)
            if self.on_chunk:
                await self.on_chunk(chunk)


def send_request(
    app: FastAPI, target: str, on_chunk: Callable[[bytes], Awaitable[None]] | None = None
) -> Exchange:
    """Send one request, awaiting ``on_chunk`` for each chunk of the body before the next."""

    async def run() -> Exchange:
        return await Exchange(app, target, on_chunk).run()

    return asyncio.run(run())


def in_use(app: FastAPI) -> int:
    """Return the number of database connections that are checked out."""
    pool = app.state.database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()
