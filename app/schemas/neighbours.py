"""Neighbours of a record as clients see them, grouped by predicate and direction."""

from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.facts import MAX_PER_PREDICATE, FactOut
from app.schemas.refs import Ref

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
        description=f"The records with their facts, in reading order; at most {MAX_PER_PREDICATE}."
    )


class Related(BaseModel):
    """What is one fact away from a record."""

    entity: Ref = Field(description="The record asked for.")
    groups: list[NeighbourGroup] = Field(
        description="Its neighbours by predicate and direction: `out` first, then by predicate."
    )
