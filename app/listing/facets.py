"""Facets: the statement that counts the matches of a list by value, and its values."""

from typing import Any

from sqlalchemy import FromClause, func, null, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.db.types import AnyRow, AnySelect
from app.domain.json import Json
from app.domain.text import key as text_key
from app.listing.declaration import Listing
from app.listing.filters import Facet
from app.listing.statements import where_clauses


def facet_statement(
    listing: Listing, active: frozenset[str], facet: Facet, limit: int | None
) -> CompiledStatement:
    """Return the statement for the counts of a facet: key, value, label, kind, records.

    It returns the most frequent keys up to a ``limit``, or all.
    """
    groups = _facet_groups(listing, active, facet, limit).subquery()
    printed = groups.c.key if facet.printed is None else groups.c.printed
    value: Any = printed
    label: Any = printed
    kind: Any = null()
    joined: FromClause = groups
    if facet.entity is not None:
        kind = col(facet.entity.kind) if facet.of_several_kinds else null()
        value, label = col(facet.entity.slug), col(facet.entity.name)
        joined = groups.join(facet.entity, col(facet.entity.id) == groups.c.key)
    return CompiledStatement(
        select(
            groups.c.key,
            value.label("value"),
            label.label("label"),
            kind.label("kind"),
            groups.c.records,
        ).select_from(joined)
    )


def _facet_groups(
    listing: Listing, active: frozenset[str], facet: Facet, limit: int | None
) -> AnySelect:
    """Return the statement for the most frequent keys of a facet, without their names."""
    source = listing.source
    for table, on in facet.joins:
        source = source.join(table, on)
    # Other active filters of the same relation must hold for the counted row itself.
    same_row = [
        each.condition
        for related in listing.related
        if any(table is related.table for table, _ in facet.joins)
        for other, each in related.filters.items()
        if other in active
    ]
    key: Any = facet.key.label("key")
    count = func.count(listing.key.distinct()) if facet.joins else func.count()
    printed = [] if facet.printed is None else [func.min(facet.printed).label("printed")]
    return (
        select(key, *printed, count.label("records"))
        .select_from(source)
        .where(*where_clauses(listing, active), *same_row, facet.key.is_not(None))
        .group_by(key)
        .order_by(count.desc(), key)
        .limit(limit)
    )


def lacking_statement(
    listing: Listing, active: frozenset[str], names: tuple[str, ...]
) -> CompiledStatement:
    """Return the statement for the numbers of matches without a value of these facets."""
    lacking = (listing.negations[f"lacks={name}"].condition for name in names)
    counts = [func.count().filter(each).label(f"count_{at}") for at, each in enumerate(lacking)]
    where = where_clauses(listing, active)
    return CompiledStatement(select(*counts).select_from(listing.source).where(*where))


def facet_value(row: AnyRow) -> Json:
    """Return a value of a facet with its key, its label, the label's sort key, and its count."""
    label = display(row.label)
    return {
        "key": str(row.key),
        "value": f"{row.kind}:{row.value}" if row.kind else display(row.value),
        "label": label,
        "label_key": text_key(label),
        "count": row.records,
    }


def display(value: Any) -> str:
    """Return a value as clients send and see it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
