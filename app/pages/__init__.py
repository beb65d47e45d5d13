"""The pages for people: HTML made on the server, from the same lists and snapshots as the API."""

from collections.abc import Mapping

from fastapi import Response

from app.domain.json import Json
from app.http.routing import Route, Router
from app.pages import documents, errors, facts, home, lists, records, search, sitemap, static


def _first_name(path: str) -> str:
    return path[1:].partition("/")[0]


ROUTERS: tuple[Router, ...] = (
    home.router,
    *lists.ROUTERS,
    documents.router,
    facts.router,
    *records.ROUTERS,
    search.router,
    sitemap.router,
    static.router,
)
"""Every router of the pages; none is part of the OpenAPI document."""

_NAMES = {
    name
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, Route) and (name := _first_name(route.path))
}
"""The first names in the paths of the pages."""


def problem_page(path: str, problem: Json, headers: Mapping[str, str] | None) -> Response | None:
    """Return the page of a problem at a path, None where the path is no page's."""
    is_page = path == "/" or _first_name(path) in _NAMES
    return errors.respond_error(problem, headers) if is_page else None
