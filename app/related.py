"""Neighbours: the records one fact away from another, grouped by what ties them."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.facts import PATH, FactOut
from app.models import Fact, Item
from app.prepared import Prepared
from app.references import PER_PREDICATE, Json, Ref

Direction = Literal["out", "in"]


class Neighbour(BaseModel):
    """A record, and the fact that ties it."""

    entity: Ref = Field(description="The record on the other side.")
    fact: FactOut = Field(description="The fact that ties it.")


class NeighbourGroup(BaseModel):
    """The records that one predicate ties, in one direction."""

    predicate: str = Field(description="What is said.", examples=["exhibitor"])
    direction: Direction = Field(
        description=(
            "`out`: it is said of the record asked for; `in`: of the neighbour, and the record "
            "asked for is its object."
        ),
        examples=["in"],
    )
    total: int = Field(description="How many facts tie them.", examples=[1], ge=1)
    neighbours: list[Neighbour] = Field(
        description=f"The records with their facts, in reading order; at most {PER_PREDICATE}."
    )


class Related(BaseModel):
    """What is one fact away from a record."""

    entity: Ref = Field(description="The record asked for.")
    groups: list[NeighbourGroup] = Field(
        description="Its neighbours by predicate and direction: `out` first, then by predicate."
    )


def _side(direction: Direction) -> Any:
    """Return the statement for the first facts of every predicate on one side of a record."""
    fact = aliased(Fact)
    side, rank = (fact.subject_id, fact.subject_rank)
    if direction == "in":
        side, rank = (fact.object_id, fact.object_rank)  # type: ignore[assignment]
    return select(
        col(fact.id).label("fact_id"),
        literal(direction).label("direction"),
    ).where(
        col(side) == bindparam("id"),
        col(rank) <= PER_PREDICATE,
        col(fact.object_id).is_not(None),
    )


def _count(direction: Direction) -> Any:
    """Return the statement for the number of facts of every predicate on one side of a record."""
    side = Fact.subject_id if direction == "out" else Fact.object_id
    return (
        select(
            literal(direction).label("direction"),
            col(Fact.predicate),
            func.count().label("total"),
        )
        .where(col(side) == bindparam("id"), col(Fact.object_id).is_not(None))
        .group_by(col(Fact.predicate))
    )


_first = union_all(_side("out"), _side("in")).subquery()
_RELATED = Prepared(
    select(_first.c.direction, col(Fact.predicate), col(Item.text))
    # The outer joins only say where to begin: there is an item of every fact.
    .outerjoin_from(_first, Fact, col(Fact.id) == _first.c.fact_id)
    .outerjoin(Item, (col(Item.list) == PATH) & (col(Item.id) == col(Fact.id)))
    .order_by(_first.c.direction.desc(), col(Fact.predicate), col(Fact.text_order), col(Fact.id))
)
_TOTALS = Prepared(union_all(_count("out"), _count("in")))


def groups_of(connection: Connection, key: int) -> list[Json]:
    """Return the groups of neighbours of the entity with this key, in two statements."""
    rows = _RELATED.rows(connection, {"id": key})
    totals = {row[:2]: row.total for row in _TOTALS.rows(connection, {"id": key})}
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
