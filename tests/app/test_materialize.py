"""Stored items: every record of a list has one, and it matches the tables."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.database import Database
from app.domain.ids import public_fact_id
from app.models import Entity, Evidence, Fact, RenderedItem
from app.registry import LISTS

_subject, _object, _speaker, _document = (aliased(Entity) for _ in range(4))


def _name(entity: Any) -> tuple[Any, ...]:
    return entity and (entity["kind"], entity["id"], entity["name"])


def test_each_record_is_stored_once_per_list(database: Database) -> None:
    with database.read() as connection:
        for listing, _ in LISTS:
            kept = select(col(RenderedItem.id)).where(col(RenderedItem.list) == listing.path)
            there = select(listing.key).where(*listing.base_conditions)
            assert sorted(connection.execute(kept).scalars()) == sorted(
                connection.execute(there).scalars()
            )


def test_a_stored_fact_matches_the_tables(database: Database) -> None:
    facts = (
        select(
            *(col(Fact.id), col(Fact.predicate), col(Fact.value)),
            *(col(Fact.support), col(Fact.reason), col(RenderedItem.text)),
            *(col(_subject.kind), col(_subject.slug), col(_subject.name)),
            *(col(_object.kind), col(_object.slug), col(_object.name)),
            *(col(_speaker.kind), col(_speaker.slug), col(_speaker.name)),
        )
        .join(
            RenderedItem,
            (col(RenderedItem.list) == "/v1/facts") & (col(RenderedItem.id) == col(Fact.id)),
        )
        .join(_subject, col(_subject.id) == col(Fact.subject_id))
        .outerjoin(_object, col(_object.id) == col(Fact.object_id))
        .outerjoin(_speaker, col(_speaker.id) == col(Fact.attributed_to_id))
    )
    spans = (
        select(
            *(col(Evidence.fact_id), col(Evidence.start), col(Evidence.end)),
            *(col(Evidence.exact), col(Evidence.prefix), col(Evidence.suffix)),
            *(col(_document.kind), col(_document.slug), col(_document.name)),
        )
        .join(_document, col(_document.id) == col(Evidence.document_id))
        .order_by(
            col(Evidence.fact_id), col(Evidence.text_order), col(Evidence.start), col(Evidence.end)
        )
    )
    with database.read() as connection:
        rows = connection.execute(facts).all()
        evidence = connection.execute(spans).all()
    assert len(rows) > 200
    for row in rows:
        fact = json.loads(row.text)
        assert [fact[each] for each in ("id", "predicate", "value", "support", "reason")] == [
            public_fact_id(row.id),
            *row[1:5],
        ]
        found = [_name(fact[each]) for each in ("subject", "object", "attributed_to")]
        assert found == [tuple(row[at : at + 3]) if row[at] else None for at in (6, 9, 12)]
        assert [
            (
                *(span[each] for each in ("start", "end", "exact", "prefix", "suffix")),
                *_name(span["document"]),
            )
            for span in fact["evidence"]
        ] == [tuple(each[1:]) for each in evidence if each.fact_id == row.id]
