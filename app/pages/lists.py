"""The pages of lists: a table of what matches, with filters, sorts, pages and downloads."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from fastapi import Query, Response
from pydantic import create_model
from pydantic_core import from_json
from sqlalchemy import Connection

from app.db.types import AnyRow
from app.domain.json import Json
from app.http.context import ContextDep, RequestContext
from app.http.routing import Route, Router
from app.listing.endpoint import facet_values, read_page
from app.listing.selection import Selection, resolve
from app.listing.stored_counts import stored_counts
from app.pages import tables, words
from app.pages.filters import Filters
from app.pages.templates import link, respond_page
from app.pages.timeline import MAX_EVENTS, Period, timeline
from app.params.cursors import Pagination
from app.params.queries import ListQuery
from app.registry import LISTS, ListResource
from app.resources.events import events
from app.schemas.facts import FACTS_PATH
from app.schemas.refs import page_path

_DATA_ONLY = {"fields": (), "facet": (), "include": (), "format": None}
"""The parameters of a list that pages don't have, and the values that these stand for."""


class ListRoute(Route):
    """A route of a list's page, which counts all facets of what a request selects."""

    def is_slow(self, parameters: Collection[str]) -> bool:
        """Return whether there may be facets to count; those of whole lists are stored."""
        return bool(parameters)


def page_query(model: type[ListQuery]) -> type[ListQuery]:
    """Return the query model of a list without the parameters that pages don't have.

    A class variable in the place of a field removes the field.
    """
    fixed = {name: value for name, value in _DATA_ONLY.items() if name in model.model_fields}
    removed: Any = {name: (ClassVar[Any], value) for name, value in fixed.items()}
    return create_model(model.__name__, __base__=model, __module__=__name__, **removed)


def _router(resource: ListResource) -> Router:
    path = page_path(resource.listing.path)
    router = Router(path, include_in_schema=False, route_class=ListRoute)
    router.get("", name=f"{path[1:]}_page")(_endpoint(resource, page_query(resource.query)))
    return router


def _endpoint(resource: ListResource, model: type[ListQuery]) -> Callable[..., Response]:
    def get_list_page(
        query: Annotated[model, Query()],  # type: ignore[valid-type]
        context: ContextDep,
    ) -> Response:
        """Show the records of a list that match."""
        return _respond(resource, query, context)

    return get_list_page


ROUTERS = tuple(_router(resource) for resource in LISTS)
"""The router of every list's page."""


def _respond(resource: ListResource, query: ListQuery, context: RequestContext) -> Response:
    listing = resource.listing
    selection = resolve(listing, query, query.limit + 1)
    with context.read() as connection:
        page = read_page(connection, listing, selection, list(listing.facets))
        items = _items(connection, listing.path, page.rows)
        is_dated = listing is events and query.cursor is None
        periods = _timeline(connection, selection) if is_dated else []
    filters = Filters(listing, query, facet_values(page.facets))
    pages = Pagination(listing.path, query)
    title, noun = words.LIST_NAMES[listing.path]
    return respond_page(
        context,
        "list.html",
        title=title.capitalize(),
        noun=noun,
        api=listing.path,
        path=filters.path,
        query=query,
        filters=filters,
        total=page.total,
        headings=tables.headings(listing.path),
        rows=tables.rows(listing.path, items),
        periods=periods,
        max_events=MAX_EVENTS,
        first_url=page_path(pages.url()),
        next_url=page_path(pages.url(page.last)) if page.last else None,
        json_url=link(listing.path, {**filters.sent, "cursor": query.cursor}),
    )


def _items(connection: Connection, path: str, rows: Sequence[AnyRow]) -> list[Json]:
    """Return the items of a page; documents with the number of facts that they prove."""
    items = [from_json(row.text) for row in rows]
    if path == "/v1/documents":
        add_fact_counts(connection, rows, items)
    return items


def add_fact_counts(
    connection: Connection, rows: Sequence[AnyRow], documents: Sequence[Json]
) -> None:
    """Add to each document the number of facts that it proves, as ``fact_count``."""
    keys = [str(row.id) for row in rows]
    counts = stored_counts(connection, FACTS_PATH, {"document": keys})
    for key, document in zip(keys, documents, strict=True):
        document["fact_count"] = counts.get(("document", key), 0)


def _timeline(connection: Connection, selection: Selection) -> list[Period]:
    """Return the timeline of the first events that match: the latest, then those without a date."""
    selection = replace(selection, sort="date", order="desc", limit=MAX_EVENTS + 1)
    page = read_page(connection, events, selection)
    return timeline([from_json(row.text) for row in page.rows])
