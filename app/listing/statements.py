"""The statements of lists: pages and totals, built once for each shape of selection."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, select, tuple_
from sqlmodel import col

from app.db.compiled import CompiledStatement, cached, capped_count
from app.db.hints import as_residual, driven_by, materialized
from app.db.types import AnyRow, AnySelect, Condition
from app.listing.declaration import Listing
from app.listing.planner import PagePlan
from app.listing.selection import Selection
from app.models import RenderedItem
from app.models.rendered_item import is_item
from app.params.queries import Order
from app.schemas.pages import TOTAL_CAP


class PageShape(NamedTuple):
    """The parts of a selection that change the text of its page statement."""

    active: frozenset[str]
    plan: PagePlan
    sort: str
    order: Order
    has_position: bool


def fetch_rows(
    connection: Any, listing: Listing, selection: Selection, plan: PagePlan
) -> Sequence[AnyRow]:
    """Return the rows of a page: id, sort key, and the item's JSON."""
    after = selection.after
    shape = PageShape(selection.active, plan, selection.sort, selection.order, after is not None)
    position = {"after_sort": after.sort_key, "after_id": after.id} if after else {}
    values = {**selection.values, **position, "page_limit": selection.limit}
    return cached(page_statement, listing, shape).rows(connection, values)


def page_statement(listing: Listing, shape: PageShape) -> CompiledStatement:
    """Return the statement for the rows of a page."""
    sort: Any = listing.sorts[shape.sort]
    key: Any = listing.key
    rows: AnySelect = (
        select(key.label("id"), sort.label("sort_key"))
        .select_from(listing.source)
        .where(*where_clauses(listing, shape.active, shape.plan.residual))
    )
    if not shape.plan.in_index_order:
        # The planner finds all matches in any order; the page is cut from the sorted result.
        matches = materialized(rows)
        rows, sort, key = select(matches), matches.c.sort_key, matches.c.id
    page = _keyset_page(rows, sort, key, shape).subquery()
    sort, key = page.c.sort_key, page.c.id
    items = select(key, sort, col(RenderedItem.text)).select_from(
        driven_by(page, RenderedItem, is_item(listing.items_path, key))
    )
    return CompiledStatement(items.order_by(*_order_by(sort, key, shape.order)))


def _keyset_page(rows: AnySelect, sort: Any, key: Any, shape: PageShape) -> AnySelect:
    """Return the rows behind a position, in order, up to the limit."""
    if shape.has_position:
        current = tuple_(sort, key)
        last = tuple_(bindparam("after_sort"), bindparam("after_id"))
        rows = rows.where(current > last if shape.order == "asc" else current < last)
    return rows.order_by(*_order_by(sort, key, shape.order)).limit(bindparam("page_limit"))


def _order_by(sort: Any, key: Any, order: Order) -> list[Any]:
    return [each.asc() if order == "asc" else each.desc() for each in (sort, key)]


def where_clauses(
    listing: Listing, active: frozenset[str], residual: frozenset[str] = frozenset()
) -> list[Condition]:
    """Return the conditions of the active filters; ``residual`` ones only test rows."""
    negations = [each.condition for name, each in listing.negations.items() if name in active]
    active -= listing.negations.keys()
    covered = {
        name
        for related in listing.related
        if related.drives(active, residual)
        for name in related.covered(active)
    }
    own = [
        each.residual if name in residual else each.condition
        for name, each in listing.own_filters.items()
        if name in active and name not in covered
    ]
    related = [each.condition(active, residual) for each in listing.related]
    # A driving filter finds fewer records than the base conditions of the list.
    base = [as_residual(each) if active - residual else each for each in listing.base_conditions]
    return [*base, *own, *(each for each in related if each is not None), *negations]


def total_statement(
    listing: Listing, active: frozenset[str], residual: frozenset[str]
) -> CompiledStatement:
    """Return the statement for the number of matches, capped."""
    return capped_count(_count_source(listing, active, residual), TOTAL_CAP)


def _count_source(listing: Listing, active: frozenset[str], residual: frozenset[str]) -> AnySelect:
    """Return a statement with one row for each match, from the smallest sufficient relation."""
    if len(active) == 1 and not listing.base_conditions:
        (name,) = active
        source = listing.filters[name].access.count_source if name in listing.filters else None
        if source is not None:
            return select(literal(1)).select_from(source)
    for related in listing.related:
        owner: Any = related.owner
        rest = active.difference(related.covered(active))
        if rest and rest <= related.filters.keys() and owner.references(listing.key):
            # A foreign key makes every owner a record of this list, so its table needn't be read.
            return select(related.driving_keys(active).subquery()).distinct()
    where = where_clauses(listing, active, residual)
    return select(literal(1)).select_from(listing.source).where(*where)
