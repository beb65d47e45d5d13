"""The addresses of all pages for crawlers, and what these needn't read."""

from collections.abc import Iterator

from fastapi import Response
from markupsafe import escape
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.http.context import ContextDep
from app.http.routing import Router
from app.models import Entity
from app.registry import LISTS
from app.schemas.refs import page_path, record_page

router = Router("", include_in_schema=False)

MAX_ADDRESSES = 40_000
"""The largest number of documents and records; sitemaps.org allows 50,000 addresses in a file."""
_ROBOTS = """User-agent: *
Allow: /documents/*?part=
Disallow: /*?
Disallow: /v1/export
Sitemap: {base_url}/sitemap.xml
"""
_entities = select(col(Entity.kind), col(Entity.slug)).order_by(col(Entity.id))
_DOCUMENTS = CompiledStatement(
    _entities.where(col(Entity.kind) == "document").limit(bindparam("size"))
)
_RECORDS = CompiledStatement(
    _entities.where(col(Entity.kind) != "document").limit(bindparam("size"))
)


@router.get("/robots.txt")
def get_robots(context: ContextDep) -> Response:
    """Lead crawlers to the sitemap; every filter of a list would be a page of its own."""
    return Response(_ROBOTS.format(base_url=context.base_url), media_type="text/plain")


@router.get("/sitemap.xml")
def get_sitemap(context: ContextDep) -> Response:
    """List the first page, the lists, the documents, and the records as far as they fit."""
    with context.read() as connection:
        paths = ["/", *(page_path(each.listing.path) for each in LISTS)]
        paths += record_paths(connection, MAX_ADDRESSES)
    places = "".join(f"<url><loc>{escape(context.base_url + path)}</loc></url>\n" for path in paths)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )
    return Response(body, media_type="application/xml", headers=context.headers)


def record_paths(connection: Connection, size: int) -> Iterator[str]:
    """Yield the paths of the first documents and then of other records, ``size`` at most."""
    rows = _DOCUMENTS.rows(connection, {"size": size})
    rows += _RECORDS.rows(connection, {"size": size - len(rows)})
    for row in rows:
        yield record_page(row.kind, row.slug)
