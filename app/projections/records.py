"""The projection of one list's records: table rows in, JSON items out."""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from app.db.hints import as_residual
from app.db.types import AnySelect, Column, Condition
from app.domain.json import Json
from app.domain.vocabulary import Kind
from app.models import Entity
from app.projections.relations import (
    RelationRow,
    Relations,
    relation_statement,
    relations_by_owner,
)
from app.schemas.refs import ref_columns

SourceRows = tuple[list[tuple[Any, ...]], list[RelationRow]]
"""Rows of records, and the rows of their relations; picklable, for the load's workers."""


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The columns, relations and rendering of the items of the list at ``path``.

    ``columns`` are read beside id, slug and name, and ``refs`` are foreign keys to entities, each
    under the label of its ``ref_columns``. ``as_subject`` and ``as_object`` are the predicates of
    the facts that an item shows. ``item`` builds the item's own fields from a row and relations.
    """

    path: str
    kind: Kind
    table: type[SQLModel]
    item: Callable[[Any, Relations], Json]
    columns: Sequence[Column] = ()
    refs: Mapping[str, Column] = field(default_factory=dict)
    as_subject: Sequence[str] = ()
    as_object: Sequence[str] = ()
    conditions: Sequence[Condition] = ()

    def source_rows(self, connection: Connection, ids: Sequence[int]) -> SourceRows:
        """Return the rows of those of the records that are in the list, in the order of ids."""
        rows = connection.execute(self._statement, {"ids": ids}).all()
        if not rows:
            return [], []
        relations = relation_statement(
            ["also_known_as", "printed_as", *self.as_subject], self.as_object
        )
        related = connection.execute(relations, {"ids": [row.id for row in rows]})
        return list(map(tuple, rows)), list(map(tuple, related))

    def render(self, source: SourceRows) -> list[tuple[int, bytes]]:
        """Return the key and the JSON item of each record."""
        rows, related = source
        relations = relations_by_owner(related)
        named = map(self._row_type._make, rows)
        return [(row.id, to_json(self._item(row, relations[row.id]))) for row in named]

    def _item(self, row: Any, relations: Relations) -> Json:
        return {
            "id": row.slug,
            "kind": self.kind,
            "name": row.name,
            "also_known_as": relations.values("also_known_as"),
            "printed_as": relations.values("printed_as"),
            **self.item(row, relations),
        }

    @cached_property
    def _statement(self) -> AnySelect:
        table: Any = self.table
        key = col(table.id)
        source = table.__table__.join(Entity, col(Entity.id) == key)
        columns = [key.label("id"), col(Entity.slug), col(Entity.name), *self.columns]
        for label, foreign_key in self.refs.items():
            entity = aliased(Entity)
            source = source.outerjoin(entity, col(entity.id) == foreign_key)
            columns += ref_columns(entity, label)
        return (
            select(*columns)
            .select_from(source)
            .where(*map(as_residual, self.conditions), key.in_(bindparam("ids", expanding=True)))
            .order_by(key)
        )

    @cached_property
    def _row_type(self) -> Any:
        names: Any = self._statement.selected_columns.keys()
        return namedtuple("_row_type", names)
