"""The archive: all data in one ZIP file, so that clients need not crawl."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fastapi import Request, Response
from sqlalchemy import Connection, select
from sqlmodel import col

from app.domain.json import Json
from app.formats import jsonld
from app.formats.responses import MAX_EXPORT_LENGTH
from app.http.context import ContextDep, revision_of
from app.http.routing import Router
from app.listing.endpoint import records
from app.listing.rendering import render_export
from app.models import Document, Entity
from app.registry import LISTS, ListResource

router = Router("/v1/export", tag="facts")

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
                        "maxLength": MAX_EXPORT_LENGTH,
                    }
                }
            },
        }
    },
)
def export_everything(request: Request, context: ContextDep) -> Response:
    """Get all data of one revision in one file."""
    schema = json.dumps(request.app.openapi(), ensure_ascii=False, indent=1).encode()

    def archive(connection: Connection) -> Iterator[bytes]:
        return _archive(connection, _members(connection, schema, context.export_rows))

    return context.stream("application/zip", "pobratim.zip", archive)


class _Buffer(io.RawIOBase):
    """An unseekable file that holds only the bytes written since the last ``take``."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        """Return True: ``ZipFile`` requires it."""
        return True

    def write(self, data: Any) -> int:
        """Append bytes."""
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return and remove the bytes written since the last call."""
        taken, self._written = b"".join(self._written), []
        return taken


Pieces = Iterator[tuple[bytes, int]]
"""Pieces of a file, each with the number of records in it."""


def _archive(connection: Connection, members: Iterable[tuple[str, Pieces]]) -> Iterator[bytes]:
    """Yield the archive piece by piece, from one snapshot."""
    revision, loaded_at = revision_of(connection) or ("", None)
    modified = loaded_at.timetuple()[:6] if loaded_at else (1980, 1, 1, 0, 0, 0)
    manifest: Json = {
        "revision": revision,
        "loaded_at": loaded_at.isoformat() if loaded_at else None,
        "files": [],
    }
    buffer = _Buffer()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, pieces in members:
            digest, size, count = hashlib.sha256(), 0, 0
            with archive.open(_info(name, modified), "w", force_zip64=True) as file:
                for piece, records_in_piece in pieces:
                    file.write(piece)
                    digest.update(piece)
                    size, count = size + len(piece), count + records_in_piece
                    yield buffer.take()
            manifest["files"].append(
                {"name": name, "bytes": size, "sha256": digest.hexdigest(), "records": count}
            )
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        archive.writestr(_info("manifest.json", modified), text)
    yield buffer.take()


def _info(name: str, modified: Any) -> ZipInfo:
    info = ZipInfo(name, modified)
    info.compress_type = ZIP_DEFLATED
    return info


def _members(connection: Connection, schema: bytes, chunk: int) -> Iterator[tuple[str, Pieces]]:
    """Yield the name and the pieces of every file of the archive."""
    yield "openapi.json", iter([(schema, 0)])
    context = json.dumps({"@context": jsonld.CONTEXT}, ensure_ascii=False, indent=1)
    yield "context.jsonld", iter([(context.encode(), 0)])
    for slug, text in connection.execute(_TEXTS):
        yield f"documents/{slug}.txt", iter([(text.encode(), 1)])
    for each in LISTS:
        name = each.listing.path.rpartition("/")[2]
        for extension in ("ndjson", "csv"):
            yield f"{name}.{extension}", _export(connection, each, extension, chunk)


def _export(connection: Connection, resource: ListResource, format: str, chunk: int) -> Pieces:
    """Yield a whole list in a format; the first piece of a page has its number of records."""
    count = 0

    def counted() -> Iterator[list[Json]]:
        nonlocal count
        query = resource.query()  # type: ignore[call-arg]
        for page in records(connection, resource.listing, query, chunk):
            count = len(page)
            yield page

    for piece in render_export(resource.listing, format, counted()):
        yield piece, count
        count = 0
