"""Links: the values and records that facts tie to the records of an answer, in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import BindParameter, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import Entity, Fact
from app.references import (
    PER_PREDICATE,
    AnySelect,
    Json,
    Ref,
    reference,
    reference_columns,
)
from app.vocabulary import AgreementRole, EventRole, Kind


class EventLink(BaseModel):
    """An event, and the role in it."""

    role: EventRole = Field(description="The role in the event.", examples=["exhibitor"])
    event: Ref = Field(description="The event.")


class AgreementLink(BaseModel):
    """An agreement, and the role in it."""

    role: AgreementRole = Field(description="The role in the agreement.", examples=["signatory"])
    agreement: Ref = Field(description="The agreement.")


class Party(BaseModel):
    """Somebody whom the text names, or words for those whom it doesn't name."""

    entity: Ref | None = Field(description="The record, where the text gives a name.")
    text: str | None = Field(
        description="The printed words, where it gives none.",
        examples=["представители 25 омских предприятий"],
    )


class Participant(Party):
    """One who had a part in an event."""

    role: EventRole = Field(description="The role in the event.", examples=["exhibitor"])


Side = Literal["subject", "object"]
Tie = tuple[str | None, Json | None]
"""What a fact says of a record: a value, or the record on the other side."""


LinkRow = tuple[int, Side, str, str | None, Kind, str | None, str]
"""A record, its side, the predicate, and a value, or kind, slug and name of the other record.

Where there is a value, these three are None.
"""


Unfinished = tuple[list[tuple[Any, ...]], list[LinkRow]]
"""Rows of records from which what lists show is still to be made, and of their links."""


class Links:
    """The facts around one record, of the predicates that its answer shows: the first of each."""

    def __init__(self) -> None:
        self._own: dict[str, list[Tie]] = {}
        self._roles: dict[str, list[Tie]] = {}

    def add(self, side: Side, predicate: str, tie: Tie) -> None:
        """Keep what one fact says, once: two may say the same, one of them as a claim."""
        known = self._own if side == "subject" else self._roles
        ties = known.setdefault(predicate, [])
        if tie not in ties:
            ties.append(tie)

    def values(self, predicate: str) -> list[str]:
        """Return what the record's own facts of this predicate say, in reading order."""
        return [value for value, _ in self._own.get(predicate, ()) if value is not None]

    def others(self, predicate: str) -> list[Json]:
        """Return the records that its own facts of this predicate refer to."""
        return [other for _, other in self._own.get(predicate, ()) if other is not None]

    def parties(self, predicate: str) -> list[Json]:
        """Return each record or printed words that its own facts of this predicate give."""
        return [{"entity": other, "text": value} for value, other in self._own.get(predicate, ())]

    def participants(self, roles: Sequence[str]) -> list[Json]:
        """Return its parties of all these roles, each with its role."""
        own = self._own
        return [
            {"role": role, "entity": other, "text": value}
            for role in roles
            if role in own
            for value, other in own[role]
        ]

    def roles(self, name: str, roles: Sequence[str]) -> list[Json]:
        """Return the records (under ``name``) in which this one has one of the roles."""
        known = self._roles
        if not known:
            return []
        return [
            {"role": role, name: other}
            for role in roles
            if role in known
            for _, other in known[role]
        ]


def link_statement(own: Sequence[str], roles: Sequence[str]) -> AnySelect:
    """Build the statement for ``links_of``: predicates to read as subject, and roles as object."""
    other = aliased(Entity)
    columns = [
        col(Fact.predicate),
        col(Fact.value),
        *reference_columns(other, "other"),
        col(Fact.text_order),
        col(Fact.id),
    ]
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    # Not the bare column, or SQLite would start from the facts of these predicates, of all records.
    predicate = col(Fact.predicate).concat("")
    as_subject = (
        select(col(Fact.subject_id).label("owner_id"), literal("subject").label("side"), *columns)
        .outerjoin(other, col(other.id) == col(Fact.object_id))
        .where(
            col(Fact.subject_id).in_(ids),
            col(Fact.subject_rank) <= PER_PREDICATE,
            predicate.in_(own),
        )
    )
    as_object = (
        select(col(Fact.object_id).label("owner_id"), literal("object").label("side"), *columns)
        .join(other, col(other.id) == col(Fact.subject_id))
        .where(
            col(Fact.object_id).in_(ids),
            col(Fact.object_rank) <= PER_PREDICATE,
            predicate.in_(roles),
        )
    )
    both = union_all(as_subject, as_object) if roles else as_subject
    found = both.subquery()
    shown = [each for each in found.c if each.name not in {"text_order", "id"}]
    return select(*shown).order_by(found.c.text_order, found.c.id)


def links_of(rows: Iterable[LinkRow]) -> dict[int, Links]:
    """Return the links of each entity, from the rows of its statement."""
    found: dict[int, Links] = defaultdict(Links)
    others: dict[tuple[Kind, str], Json] = {}
    for owner, side, predicate, value, kind, slug, name in rows:
        other = None
        if slug is not None:
            other = others.get((kind, slug))
            if other is None:
                other = others[kind, slug] = reference(kind, slug, name)
        found[owner].add(side, predicate, (None if other else value, other))
    return found
