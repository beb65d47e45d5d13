"""Links: the values and records that facts tie to the records of an answer, in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import BindParameter, Connection, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import Entity, Fact
from app.references import PER_PREDICATE, AnyRow, AnySelect, Json, Ref, reference_columns, referred
from app.vocabulary import AgreementRole, EventRole


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


class Links:
    """The facts around one record, of the predicates that its answer shows: the first of each."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Side, str], list[AnyRow]] = defaultdict(list)

    def add(self, row: AnyRow) -> None:
        """Keep one row of the statement."""
        self._rows[row.side, row.predicate].append(row)

    def values(self, predicate: str) -> list[str]:
        """Return what the record's own facts of this predicate say, in reading order."""
        rows = self._rows["subject", predicate]
        return list(dict.fromkeys(row.value for row in rows if row.value is not None))

    def others(self, predicate: str) -> list[Json]:
        """Return the records that its own facts of this predicate refer to."""
        rows = self._rows["subject", predicate]
        return _once(other for row in rows if (other := referred(row, "other")) is not None)

    def parties(self, predicate: str) -> list[Json]:
        """Return each record or printed words that its own facts of this predicate give."""
        return _once(
            {"entity": referred(row, "other"), "text": row.value}
            for row in self._rows["subject", predicate]
        )

    def participants(self, roles: Sequence[str]) -> list[Json]:
        """Return its parties of all these roles, each with its role."""
        return [{"role": role, **party} for role in roles for party in self.parties(role)]

    def roles(self, name: str, roles: Sequence[str]) -> list[Json]:
        """Return the records (under ``name``) in which this one has one of the roles."""
        return _once(
            {"role": role, name: referred(row, "other")}
            for role in roles
            for row in self._rows["object", role]
        )


def _once(shown: Iterable[Json]) -> list[Json]:
    """Return what is shown, each once: two may say the same, one of them as a speaker's claim."""
    kept: list[Json] = []
    for each in shown:
        if each not in kept:
            kept.append(each)
    return kept


def link_statement(own: Sequence[str], roles: Sequence[str]) -> AnySelect:
    """Build the statement for ``links_of``: predicates to read as subject, and roles as object."""
    other = aliased(Entity)
    columns = [
        col(Fact.id),
        col(Fact.predicate),
        col(Fact.value),
        col(Fact.text_order),
        *reference_columns(other, "other"),
    ]
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    as_subject = (
        select(col(Fact.subject_id).label("owner_id"), literal("subject").label("side"), *columns)
        .outerjoin(other, col(other.id) == col(Fact.object_id))
        .where(
            col(Fact.subject_id).in_(ids),
            col(Fact.subject_rank) <= PER_PREDICATE,
            col(Fact.predicate).in_(own),
        )
    )
    as_object = (
        select(col(Fact.object_id).label("owner_id"), literal("object").label("side"), *columns)
        .join(other, col(other.id) == col(Fact.subject_id))
        .where(
            col(Fact.object_id).in_(ids),
            col(Fact.object_rank) <= PER_PREDICATE,
            col(Fact.predicate).in_(roles),
        )
    )
    both = union_all(as_subject, as_object) if roles else as_subject
    found = both.subquery()
    return select(found).order_by(found.c.text_order, found.c.id)


def links_of(connection: Connection, statement: AnySelect, ids: Iterable[int]) -> dict[int, Links]:
    """Return the links of each entity."""
    found: dict[int, Links] = defaultdict(Links)
    for row in connection.execute(statement, {"ids": list(ids)}):
        found[row.owner_id].add(row)
    return found
