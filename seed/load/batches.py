"""Batches: the rows that projections are made of, read a few thousand at a time."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, text

from app.schemas.facts import MAX_EVIDENCE
from seed.load.bulk import CHUNK
from seed.transform.facts import FactBatch, FactRow, Names, SpanRow
from seed.transform.records import RecordBatch

_RECORDS = 1_000
"""The number of records whose first facts, at most 100 of each predicate, are read at once."""
_DOCUMENTS = 32
"""The number of documents that are read at once, of at most 8 MiB each."""
_FACT = """f.id, f.subject_id, f.predicate, f.object_id, f.value, f.support, f.attributed_to_id,
    f.reason, f.text_order"""
_IDS = {
    "sqlite": "(SELECT value FROM json_each(:ids))",
    "postgresql": "(SELECT CAST(value AS bigint) "
    "FROM json_array_elements_text(CAST(:ids AS json)) AS sent(value))",
}


def fact_batches(connection: Connection, size: int = CHUNK) -> Iterator[FactBatch]:
    """Yield the touched facts that there are, in the order of their keys."""
    facts = f"""SELECT {_FACT} FROM touched_fact t CROSS JOIN fact f
        WHERE t.id BETWEEN :first AND :last AND f.id = t.id ORDER BY t.id"""
    # Of a fact with 6,000 spans, as many documents state one, an item shows the first.
    tenth = f"""SELECT s.text_order FROM evidence s WHERE s.fact_id = t.id
        ORDER BY s.text_order, s.start, s."end" LIMIT 1 OFFSET {MAX_EVIDENCE - 1}"""
    spans = f"""SELECT e.fact_id, e.document_id, e.start, e."end", e.exact, e.prefix, e.suffix
        FROM touched_fact t CROSS JOIN evidence e
        WHERE t.id BETWEEN :first AND :last AND e.fact_id = t.id
            AND e.text_order <= coalesce(({tenth}), '~')
        ORDER BY e.fact_id, e.text_order, e.start, e."end" """
    printed = """SELECT DISTINCT e.fact_id, e.exact FROM touched_fact t CROSS JOIN evidence e
        WHERE t.id BETWEEN :first AND :last AND e.fact_id = t.id"""
    for first, last in id_ranges(connection, "touched_fact", size):
        values = {"first": first, "last": last}
        rows = [FactRow(*row) for row in connection.execute(text(facts), values)]
        found = [SpanRow(*row) for row in connection.execute(text(spans), values)]
        ids = {id_ for row in rows for id_ in _records_in(row)}
        ids.update(span.document_id for span in found)
        texts: dict[int, list[str]] = defaultdict(list)
        for id_, exact in connection.execute(text(printed), values):
            texts[id_].append(exact)
        yield FactBatch(rows, found, texts, read_names(connection, ids))


def record_batches(connection: Connection, size: int = _RECORDS) -> Iterator[RecordBatch]:
    """Yield the subjects of touched facts, with the first facts of each predicate of theirs."""
    subjects = "touched_entity WHERE is_subject"
    facts = f"""SELECT {_FACT} FROM touched_entity t CROSS JOIN fact f
        WHERE t.id BETWEEN :first AND :last AND t.is_subject
            AND f.subject_id = t.id AND f.subject_head"""
    for first, last in id_ranges(connection, subjects, size):
        values = {"first": first, "last": last}
        rows = [FactRow(*row) for row in connection.execute(text(facts), values)]
        ids = list(dict.fromkeys(row.subject_id for row in rows))
        named = {*ids, *(row.object_id for row in rows if row.object_id is not None)}
        texts = read_texts(connection, [row.id for row in rows])
        yield RecordBatch(ids, rows, texts, read_names(connection, named))


def document_batches(
    connection: Connection, size: int = _DOCUMENTS
) -> Iterator[list[tuple[int, str, str]]]:
    """Yield key, title and text of the staged documents."""
    documents = """SELECT d.id, e.name, d.text FROM staged_document s
        CROSS JOIN document d CROSS JOIN entity e
        WHERE s.id BETWEEN :first AND :last AND d.id = s.id AND e.id = s.id"""
    for first, last in id_ranges(connection, "staged_document", size):
        rows = connection.execute(text(documents), {"first": first, "last": last})
        yield [(id_, title, printed) for id_, title, printed in rows]


def touched_ids(connection: Connection, kind: str) -> Iterator[Sequence[int]]:
    """Yield the touched records of a kind that there are, some at once."""
    statement = text(
        """SELECT t.id FROM touched_entity t WHERE t.kind = :kind AND t.id > :last
        AND EXISTS (SELECT 1 FROM entity e WHERE e.id = t.id) ORDER BY t.id LIMIT 500"""
    )
    last = -1
    while ids := connection.execute(statement, {"kind": kind, "last": last}).scalars().all():
        last = ids[-1]
        yield ids


def id_ranges(connection: Connection, source: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each ``size`` ids of a table, in their order."""
    where = "AND" if "WHERE" in source else "WHERE"
    statement = f"SELECT id FROM {source} {where} id > :last ORDER BY id LIMIT {size}"
    last = -1
    while ids := connection.execute(text(statement), {"last": last}).scalars().all():
        last = ids[-1]
        yield ids[0], last


def read_texts(connection: Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the distinct texts that prove each fact, in reading order."""
    place = """e.text_order || '/' || (1000000000 + e.start) || '/' || (1000000000 + e."end")"""
    statement = f"""SELECT e.fact_id, e.exact FROM evidence e
        WHERE e.fact_id IN {_IDS[connection.dialect.name]}
        GROUP BY e.fact_id, e.exact ORDER BY e.fact_id, min({place})"""
    found: dict[int, list[str]] = defaultdict(list)
    for id_, exact in connection.execute(text(statement), {"ids": json.dumps(list(ids))}):
        found[id_].append(exact)
    return found


def read_names(connection: Connection, ids: Iterable[int]) -> Names:
    """Return kind, slug and name of those records that there are, by key."""
    statement = f"""SELECT id, kind, slug, name FROM entity
        WHERE id IN {_IDS[connection.dialect.name]}"""
    rows = connection.execute(text(statement), {"ids": json.dumps(list(ids))})
    return {id_: (kind, slug, name) for id_, kind, slug, name in rows}


def _records_in(fact: FactRow) -> Iterator[int]:
    for id_ in (fact.subject_id, fact.object_id, fact.attributed_to_id):
        if id_ is not None:
            yield id_
