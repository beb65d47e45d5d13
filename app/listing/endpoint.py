"""The endpoint of a list: a page of it as JSON, or all matches in another format."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Response
from sqlalchemy import Connection

from app.db.types import AnyRow
from app.domain.json import Json
from app.exceptions import InvalidRequestError, invalid_parameter
from app.http.context import RequestContext
from app.listing.counts import FacetCounts, count_facets, count_total, read_statistics
from app.listing.declaration import Listing
from app.listing.planner import ListStatistics, PagePlan, choose_plan
from app.listing.rendering import (
    full_records,
    json_object,
    render_export,
    render_items,
    selected_fields,
)
from app.listing.selection import Position, Selection, resolve
from app.listing.statements import fetch_rows
from app.params.cursors import Pagination
from app.params.queries import ListQuery
from app.schemas.pages import MAX_FACET_VALUES, page_totals
from app.schemas.refs import page_path


def respond(listing: Listing, context: RequestContext, query: ListQuery) -> Response:
    """Return the response to a list query, in the format that it or the client prefers."""
    chosen = context.negotiate(query.format)
    if chosen != "json":
        return _respond_export(listing, context, query, chosen)
    selection = resolve(listing, query, query.limit + 1)
    with context.read() as connection:
        page = read_page(connection, listing, selection, query.facet)
        items = render_items(connection, page.rows, query)
    pagination = Pagination(listing.path, query)
    next_url = link_pages(context, pagination, page.last, page_path(pagination.unbound_url))
    rest = {**page_totals(page.total), "next": next_url, **_facet_fields(page.facets)}
    return context.raw(json_object({"items": items}, rest))


@dataclass(frozen=True)
class PageRows:
    """The rows of a page, the number of all matches, facet counts, and the last position.

    ``last`` is None on the last page.
    """

    rows: Sequence[AnyRow]
    total: int
    facets: Mapping[str, FacetCounts]
    last: Position | None


def read_page(
    connection: Connection, listing: Listing, selection: Selection, facets: Sequence[str] = ()
) -> PageRows:
    """Return one page; the selection's limit is one more than its rows, to detect the last page."""
    statistics, total, plan = _plan(connection, listing, selection, facets)
    rows = fetch_rows(connection, listing, selection, plan)
    counts = count_facets(connection, listing, selection, statistics, facets)
    size = selection.limit - 1
    last = Position(rows[size - 1].sort_key, rows[size - 1].id) if len(rows) > size else None
    return PageRows(rows[:size], total, counts, last)


def _plan(
    connection: Connection, listing: Listing, selection: Selection, facets: Sequence[str] = ()
) -> tuple[ListStatistics, int, PagePlan]:
    """Return the stored counts, the number of matches, and the plan that follows from them."""
    statistics = read_statistics(connection, listing, selection, facets)
    total = count_total(connection, listing, selection, statistics)
    return statistics, total, choose_plan(statistics, total, selection)


def link_pages(
    context: RequestContext,
    pagination: Pagination,
    last: Sequence[Any] | None,
    page: str | None = None,
) -> str | None:
    """Set the ``Link`` header to the first and the next page; return the URL of the next.

    ``last`` is the position of the last record, None on the last page; ``page`` is the path of the
    page for people.
    """
    next_url = pagination.url(last) if last else None
    context.set_links(page, first=pagination.url(), next=next_url)
    return next_url


def facet_values(facets: Mapping[str, FacetCounts]) -> dict[str, list[Json]]:
    """Return the counts of each facet, truncated.

    The matches without a value come last, beside the values, and are never cut off.
    """
    shown = {name: each.values[:MAX_FACET_VALUES] for name, each in facets.items()}
    for name, each in facets.items():
        if each.lacking:
            shown[name].append({"value": None, "label": None, "count": each.lacking})
    return shown


def _facet_fields(facets: Mapping[str, FacetCounts]) -> Json:
    """Return the facets of a page, and the names of those that were truncated."""
    if not facets:
        return {}
    capped = [name for name, each in facets.items() if len(each.values) > MAX_FACET_VALUES]
    return {"facets": facet_values(facets), "facets_capped": capped}


def _respond_export(
    listing: Listing, context: RequestContext, query: ListQuery, format: str
) -> Response:
    """Stream all matches as a file; raise InvalidRequestError for parameters of pages alone."""
    if query.facet:
        raise InvalidRequestError(
            invalid_parameter("query.facet", query.facet[0], "Only with JSON")
        )
    if format == "csv" and query.includes_facts:
        allowed = "Not with CSV; /v1/facts?format=csv has the facts"
        raise InvalidRequestError(invalid_parameter("query.include.0", "facts", allowed))

    def export(connection: Connection) -> Iterator[bytes]:
        pages = records(connection, listing, query, context.export_rows)
        return render_export(listing, format, pages, selected_fields(query), context.base_url)

    name = f"{listing.path.rpartition('/')[2]}.{format}"
    return context.stream(format, name, export)


def records(
    connection: Connection, listing: Listing, query: ListQuery, chunk: int
) -> Iterator[list[Json]]:
    """Yield all matches up to the query's limit if it has one, ``chunk`` at a time."""
    selection = resolve(listing, query, chunk)
    *_, plan = _plan(connection, listing, selection)
    remaining = query.limit if "limit" in query.model_fields_set else None
    while remaining is None or remaining > 0:
        size = chunk if remaining is None else min(remaining, chunk)
        rows = fetch_rows(connection, listing, replace(selection, limit=size), plan)
        if rows:
            yield full_records(connection, listing, rows, query)
            last = Position(rows[-1].sort_key, rows[-1].id)
            selection = replace(selection, after=last)
        if len(rows) < size:
            return
        remaining = remaining and remaining - size
