"""Neighbours: the records one fact away from another, grouped by predicate and direction."""

from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, func, literal, select, union_all
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.db.hints import as_residual, driven_by
from app.db.types import AnySelect
from app.domain.json import Json
from app.listing.facts import first_facts, rendered_fact
from app.models import Fact, RenderedItem
from app.models.fact import SIDES, Side
from app.schemas.neighbours import Direction

_SIDE_OF: dict[Direction, Side] = {"out": "subject", "in": "object"}
_RELATED = as_residual(col(Fact.object_id).is_not(None))


def _first(direction: Direction) -> AnySelect:
    """Return the statement for the first related facts of each predicate in one direction."""
    side = _SIDE_OF[direction]
    return first_facts(
        side,
        SIDES[side].owner == bindparam("id"),
        col(Fact.id).label("fact_id"),
        literal(direction).label("direction"),
    ).where(_RELATED)


def _count(direction: Direction) -> AnySelect:
    """Return the statement for the number of related facts of each predicate in one direction."""
    return (
        select(
            literal(direction).label("direction"),
            col(Fact.predicate),
            func.count().label("total"),
        )
        .where(SIDES[_SIDE_OF[direction]].owner == bindparam("id"), _RELATED)
        .group_by(col(Fact.predicate))
    )


_first_ids = union_all(_first("out"), _first("in")).subquery()
_facts = driven_by(_first_ids, Fact, col(Fact.id) == _first_ids.c.fact_id)
_NEIGHBOURS = CompiledStatement(
    select(_first_ids.c.direction, col(Fact.predicate), col(RenderedItem.text))
    .select_from(driven_by(_facts, RenderedItem, rendered_fact(col(Fact.id))))
    .order_by(
        _first_ids.c.direction.desc(), col(Fact.predicate), col(Fact.text_order), col(Fact.id)
    )
)
_TOTALS = CompiledStatement(union_all(_count("out"), _count("in")))


def neighbour_totals(connection: Connection, key: int) -> dict[tuple[Direction, str], int]:
    """Return the number of facts between an entity and others, by direction and predicate."""
    return {row[:2]: row.total for row in _TOTALS.rows(connection, {"id": key})}


def neighbour_groups(connection: Connection, key: int) -> list[Json]:
    """Return the groups of neighbours of the entity with this key, in two statements."""
    rows = _NEIGHBOURS.rows(connection, {"id": key})
    totals = neighbour_totals(connection, key)
    groups: dict[tuple[str, str], Json] = {}
    for row in rows:
        fact = from_json(row.text)
        group = groups.setdefault(
            (row.direction, row.predicate),
            {
                "predicate": row.predicate,
                "direction": row.direction,
                "total": totals[row.direction, row.predicate],
                "neighbours": [],
            },
        )
        other = fact["object"] if row.direction == "out" else fact["subject"]
        group["neighbours"].append({"entity": other, "fact": fact})
    return list(groups.values())
