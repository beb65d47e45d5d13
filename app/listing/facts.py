"""The facts of records and the evidence of facts in a response."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.db.hints import driven_by
from app.db.types import AnySelect, Condition
from app.domain.json import Json
from app.models import Entity, Evidence, Fact, RenderedItem
from app.models.fact import SIDES, Side
from app.models.rendered_item import is_item
from app.schemas.facts import FACTS_PATH, MAX_EVIDENCE, evidence_item
from app.schemas.refs import ref_columns, ref_from_row


def first_facts(side: Side, owners: Condition, *columns: Any) -> AnySelect:
    """Return columns of the first facts of each predicate on one side of the ``owners``."""
    return select(*columns).where(owners, SIDES[side].head)


def rendered_fact(fact_id: Any) -> Condition:
    """Return the join condition of a fact's rendered item."""
    return is_item(FACTS_PATH, fact_id)


def _facts_on(side: Side, number: int) -> AnySelect:
    owner = SIDES[side].owner
    return first_facts(
        side,
        owner.in_(bindparam("ids", expanding=True)),
        owner.label("owner_id"),
        literal(number).label("side"),
        col(Fact.text_order),
        col(Fact.id),
    )


_facts = union_all(
    _facts_on("subject", 0),
    # A fact that relates a record to itself is listed once, on the subject's side.
    _facts_on("object", 1).where(col(Fact.object_id) != col(Fact.subject_id)),
).subquery()
_FACTS_OF = CompiledStatement(
    select(_facts.c.owner_id, col(RenderedItem.id), col(RenderedItem.text))
    .select_from(driven_by(_facts, RenderedItem, rendered_fact(_facts.c.id)))
    .order_by(_facts.c.owner_id, _facts.c.side, _facts.c.text_order, _facts.c.id)
)

_document = aliased(Entity)
_EVIDENCE = CompiledStatement(
    select(
        col(Evidence.fact_id),
        col(Evidence.start),
        col(Evidence.end),
        col(Evidence.exact),
        col(Evidence.prefix),
        col(Evidence.suffix),
        *ref_columns(_document, "document"),
    )
    .join(_document, col(_document.id) == col(Evidence.document_id))
    .where(col(Evidence.fact_id).in_(bindparam("ids", expanding=True)))
    .order_by(
        col(Evidence.fact_id), col(Evidence.text_order), col(Evidence.start), col(Evidence.end)
    )
)


def facts_of(connection: Connection, ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return rows with id and JSON of the facts of each entity, its own facts first.

    Each side has at most ``MAX_PER_PREDICATE`` facts of one predicate, in reading order.
    """
    by_owner: dict[int, list[Any]] = defaultdict(list)
    for row in _FACTS_OF.rows(connection, {"ids": list(ids)}):
        by_owner[row.owner_id].append(row)
    return by_owner


def with_all_evidence(connection: Connection, rows: Sequence[Any]) -> list[Json]:
    """Return facts with all their evidence, from rows with their id and JSON."""
    facts = [(row.id, from_json(row.text)) for row in rows]
    truncated = [key for key, fact in facts if len(fact["evidence"]) == MAX_EVIDENCE]
    if truncated:
        spans: dict[int, list[Json]] = defaultdict(list)
        for row in _EVIDENCE.rows(connection, {"ids": truncated}):
            document, span = ref_from_row(row, "document"), (row.start, row.end)
            spans[row.fact_id].append(
                evidence_item(document, span, row.exact, row.prefix, row.suffix)
            )
        for key, fact in facts:
            fact["evidence"] = spans.get(key, fact["evidence"])
    return [fact for _, fact in facts]
