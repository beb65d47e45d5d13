"""The archive: everything in one file, so that nobody has to crawl."""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, select
from sqlmodel import col

from app.formats import linked
from app.listing import Listing
from app.lists import LISTS
from app.models import Document, Entity
from app.queries import ListQuery
from app.reader import Read, revision_of
from app.references import LONGEST_FILE
from app.routing import Route

router = APIRouter(prefix="/v1/export", tags=["facts"], route_class=Route)

_TEXTS = (
    select(col(Entity.slug), col(Document.text))
    .join(Entity, col(Entity.id) == col(Document.id))
    .order_by(col(Entity.slug))
)


@router.get(
    "",
    response_class=Response,
    responses={
        200: {
            "description": (
                "A ZIP file: every list as NDJSON and as CSV, the texts of the documents, this "
                "document, the JSON-LD context, and `manifest.json` with the revision and the "
                "size, SHA-256 and number of records of every file."
            ),
            "content": {
                "application/zip": {
                    "schema": {
                        "type": "string",
                        "format": "binary",
                        "description": "The ZIP file.",
                        "maxLength": LONGEST_FILE,
                    }
                }
            },
        }
    },
)
def export_everything(request: Request, reader: Read) -> Response:
    """Get all data of one revision in one file."""
    schema = json.dumps(request.app.openapi(), ensure_ascii=False, indent=1).encode()
    return reader.stream(
        "application/zip", "pobratim.zip", lambda connection: _archive(connection, schema)
    )


class _Outlet(io.RawIOBase):
    """A file that can't be sought in, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes."""
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what has been written since."""
        taken, self._written = b"".join(self._written), []
        return taken


def _archive(connection: Connection, schema: bytes) -> Iterator[bytes]:
    """Yield the archive piece by piece, as one snapshot has it."""
    revision, loaded_at = revision_of(connection) or ("", None)
    at = loaded_at.timetuple()[:6] if loaded_at else (1980, 1, 1, 0, 0, 0)
    files: list[dict[str, Any]] = []
    out = _Outlet()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, pieces in _files(connection, schema):
            info = ZipInfo(name, at)
            info.compress_type = ZIP_DEFLATED
            digest, size, records = hashlib.sha256(), 0, 0
            with archive.open(info, "w", force_zip64=True) as file:
                for piece, count in pieces:
                    file.write(piece)
                    digest.update(piece)
                    size, records = size + len(piece), records + count
                    yield out.take()
            files.append(
                {"name": name, "bytes": size, "sha256": digest.hexdigest(), "records": records}
            )
        manifest = {
            "revision": revision,
            "loaded_at": loaded_at.isoformat() if loaded_at else None,
            "files": files,
        }
        info = ZipInfo("manifest.json", at)
        info.compress_type = ZIP_DEFLATED
        archive.writestr(info, json.dumps(manifest, ensure_ascii=False, indent=1))
    yield out.take()


Pieces = Iterator[tuple[bytes, int]]


def _files(connection: Connection, schema: bytes) -> Iterator[tuple[str, Pieces]]:
    """Yield the files by name, each as pieces with the number of records in them."""
    yield "openapi.json", iter([(schema, 0)])
    context = json.dumps({"@context": linked.CONTEXT}, ensure_ascii=False, indent=1)
    yield "context.jsonld", iter([(context.encode(), 0)])
    for slug, text in connection.execute(_TEXTS):
        yield f"documents/{slug}.txt", iter([(text.encode(), 1)])
    for listing, query in LISTS:
        for form in ("ndjson", "csv"):
            name = listing.path.rpartition("/")[2]
            yield f"{name}.{form}", _pieces(connection, listing, query, form)


def _pieces(connection: Connection, listing: Listing, query: type[ListQuery], form: str) -> Pieces:
    count = 0

    def counted() -> Iterator[list[Any]]:
        nonlocal count
        for page in listing.records(connection, query()):  # type: ignore[call-arg]
            count = len(page)
            yield page

    for piece in listing.export(form, counted()):
        yield piece, count
        count = 0
