"""The pages for people: HTML made on the server, from the same lists and snapshots as the API."""

from app.http.routing import Router
from app.pages import documents, facts, records, static

ROUTERS: tuple[Router, ...] = (
    documents.router,
    facts.router,
    *records.ROUTERS,
    static.router,
)
"""Every router of the pages; none is part of the OpenAPI document."""
