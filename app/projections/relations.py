"""Relations of a record: the values and records that facts relate to it, from one statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.hints import opaque
from app.db.types import AnySelect
from app.domain.json import Json
from app.domain.vocabulary import Kind
from app.models import Entity, Fact
from app.models.fact import SIDES, Side
from app.schemas.refs import ref, ref_columns

Relation = tuple[str | None, Json | None]
"""A fact's value, or its record on the other side as a ``Ref``."""
RelationRow = tuple[int, Side, str, str | None, Kind, str | None, str]
"""Key of the record, its side, predicate, value, and kind, slug and name of the other record.

With a value, the last three are None.
"""


class Relations:
    """The facts around one record, of the predicates that its item shows."""

    def __init__(self) -> None:
        self._as_subject: dict[str, list[Relation]] = {}
        self._as_object: dict[str, list[Relation]] = {}

    def add(self, side: Side, predicate: str, relation: Relation) -> None:
        """Add a relation unless it is there already: a fact and a claim may state the same."""
        by_predicate = self._as_subject if side == "subject" else self._as_object
        relations = by_predicate.setdefault(predicate, [])
        if relation not in relations:
            relations.append(relation)

    def values(self, predicate: str) -> list[str]:
        """Return the values of the record's own facts of a predicate, in reading order."""
        return [value for value, _ in self._as_subject.get(predicate, ()) if value is not None]

    def objects(self, predicate: str) -> list[Json]:
        """Return the objects of the record's own facts of a predicate."""
        return [other for _, other in self._as_subject.get(predicate, ()) if other is not None]

    def parties(self, predicate: str) -> list[Json]:
        """Return the objects or values of the record's own facts of a predicate, as ``Party``."""
        return [
            {"entity": other, "text": value} for value, other in self._as_subject.get(predicate, ())
        ]

    def participants(self, roles: Sequence[str]) -> list[Json]:
        """Return the parties of all these roles, each with its role, as ``Participant``."""
        return [
            {"role": role, "entity": other, "text": value}
            for role in roles
            for value, other in self._as_subject.get(role, ())
        ]

    def subject_of(self, name: str, roles: Sequence[str]) -> list[Json]:
        """Return role and subject (under ``name``) of the facts whose object is the record."""
        return [
            {"role": role, name: other}
            for role in roles
            for _, other in self._as_object.get(role, ())
        ]


def relation_statement(as_subject: Sequence[str], as_object: Sequence[str]) -> AnySelect:
    """Return the statement of relation rows for the keys ``ids``, in reading order.

    The arguments are the predicates of facts whose subject, or whose object, is the record.
    """
    sides = [_side("subject", as_subject)]
    if as_object:
        sides.append(_side("object", as_object))
    facts = union_all(*sides).subquery()
    shown = [column for column in facts.c if column.name not in {"text_order", "id"}]
    return select(*shown).order_by(facts.c.text_order, facts.c.id)


def _side(side: Side, predicates: Sequence[str]) -> AnySelect:
    """Return the statement for the first facts of each predicate on one side of the records."""
    owner, head, opposite = SIDES[side]
    other = aliased(Entity)
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    return (
        select(
            owner.label("owner_id"),
            literal(side).label("side"),
            col(Fact.predicate),
            col(Fact.value),
            *ref_columns(other, "other"),
            col(Fact.text_order),
            col(Fact.id),
        )
        .select_from(Fact)
        .outerjoin(other, col(other.id) == opposite)
        .where(
            owner.in_(ids),
            head,
            opaque(col(Fact.predicate)).in_(predicates),
        )
    )


def relations_by_owner(rows: Iterable[RelationRow]) -> dict[int, Relations]:
    """Return the relations of each record by its key."""
    by_owner: dict[int, Relations] = defaultdict(Relations)
    refs: dict[tuple[Kind, str], Json] = {}
    for owner, side, predicate, value, kind, slug, name in rows:
        other = None
        if slug is not None:
            other = refs.get((kind, slug))
            if other is None:
                other = refs[kind, slug] = ref(kind, slug, name)
        by_owner[owner].add(side, predicate, (None if other else value, other))
    return by_owner
