"""The source: facts and evidence in their tables, replaced by what is staged, and their order."""

from sqlalchemy import Connection

from app.domain.vocabulary import SUPPORTS
from app.schemas.facts import MAX_PER_PREDICATE
from seed.load.reading import DOCUMENT_COLUMNS
from seed.load.staging import run

_GONE_DOCUMENTS = """SELECT id FROM changed_document
    WHERE id NOT IN (SELECT id FROM staged_document)"""
_UPSERT = "ON CONFLICT (id) DO UPDATE SET"
_DOCUMENT_COLUMNS = DOCUMENT_COLUMNS[1:]


def replace_source(connection: Connection) -> None:
    """Replace the evidence of the changed documents, and what follows from it by SQL alone."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in _DOCUMENT_COLUMNS)
    columns = ", ".join(_DOCUMENT_COLUMNS)
    run(
        connection,
        [
            "DELETE FROM evidence WHERE document_id IN (SELECT id FROM changed_document)",
            f"DELETE FROM document WHERE id IN ({_GONE_DOCUMENTS})",
            f"DELETE FROM entity WHERE id IN ({_GONE_DOCUMENTS})",
            # Documents that name a record agree on its name, or are refused.
            f"""INSERT INTO entity (id, kind, slug, name, name_key)
            SELECT id, min(kind), min(slug), min(name), min(name_key) FROM staged_entity
            WHERE name IS NOT NULL GROUP BY id ORDER BY id
            {_UPSERT} name = excluded.name, name_key = excluded.name_key
            WHERE entity.name <> excluded.name""",
            f"""INSERT INTO document (id, {columns}) SELECT id, {columns} FROM staged_document
            WHERE true ORDER BY id {_UPSERT} {changes}""",
            """INSERT INTO evidence SELECT * FROM staged_evidence
            ORDER BY fact_id, text_order, start, "end" """,
            f"""INSERT INTO fact (id, subject_id, predicate, object_id, value, value_key, support,
                attributed_to_id, reason, text_order, subject_head, object_head)
            SELECT t.id, t.subject_id, t.predicate, t.object_id, t.value, t.value_key,
                {_OF_LINE.format("support")}, t.attributed_to_id, {_OF_LINE.format("reason")},
                t.first_order, true, t.object_id IS NOT NULL
            FROM ({_LINES}) AS t WHERE t.first_order IS NOT NULL ORDER BY t.id
            {_UPSERT} support = excluded.support, reason = excluded.reason,
                text_order = excluded.text_order""",
            """DELETE FROM fact WHERE id IN (SELECT id FROM touched_fact t
            WHERE NOT EXISTS (SELECT 1 FROM evidence e WHERE e.fact_id = t.id))""",
        ],
    )


def remove_records(connection: Connection) -> None:
    """Remove the records that no document names any more."""
    run(
        connection,
        [
            """DELETE FROM entity WHERE kind <> 'document' AND id IN (
                SELECT t.id FROM touched_entity t WHERE NOT EXISTS (
                    SELECT 1 FROM fact f WHERE f.subject_id = t.id AND f.predicate = 'name'))""",
        ],
    )


_LINE = """(SELECT l.text_order FROM evidence l WHERE l.fact_id = t.id {}
    ORDER BY l.text_order LIMIT 1)"""
_BEST_LINE = ", ".join(_LINE.format(f"AND l.support = '{each}'") for each in SUPPORTS)
# The best support of all lines wins, and among equals the first line. A search for each support
# ends at its first line; to sort the lines would read all 6,000 of a fact that as many documents
# state.
_LINES = f"""SELECT t.*, {_LINE.format("")} AS first_order, coalesce({_BEST_LINE}) AS best_order
    FROM touched_fact t"""
_OF_LINE = """(SELECT e.{} FROM evidence e
    WHERE e.fact_id = t.id AND e.text_order = t.best_order LIMIT 1)"""


def mark_heads(connection: Connection, *, all_facts: bool) -> None:
    """Mark the first facts of each record and predicate again, where a fact was touched.

    New facts are marked already, so of ``all_facts`` only those of long lists need a look.
    """
    for side in ("subject", "object"):
        owner, order = f"{side}_id", "ORDER BY g.text_order, g.id"
        pairs = f"SELECT DISTINCT {owner} AS owner_id, predicate FROM touched_fact"
        if all_facts:
            pairs = f"""SELECT {owner} AS owner_id, predicate FROM fact GROUP BY 1, 2
                HAVING count(*) > {MAX_PER_PREDICATE}"""
        last = f"""FROM fact g WHERE g.{owner} = p.owner_id AND g.predicate = p.predicate
            {order} LIMIT 1 OFFSET {MAX_PER_PREDICATE - 1}"""
        of_pair = f"f.{owner} = b.owner_id AND f.predicate = b.predicate"
        place, bound = "(f.text_order, f.id)", "(b.last_order, b.last_id)"
        run(
            connection,
            [
                "DELETE FROM head_bound",
                # Every slug sorts before "~".
                f"""INSERT INTO head_bound SELECT p.owner_id, p.predicate,
                    coalesce((SELECT g.text_order {last}), '~'), coalesce((SELECT g.id {last}), 0)
                FROM ({pairs}) AS p WHERE p.owner_id IS NOT NULL""",
                f"""UPDATE fact SET {side}_head = false WHERE id IN (
                    SELECT f.id FROM head_bound b CROSS JOIN fact f
                    WHERE {of_pair} AND f.{side}_head AND {place} > {bound})""",
                f"""UPDATE fact SET {side}_head = true WHERE id IN (
                    SELECT f.id FROM head_bound b CROSS JOIN fact f
                    WHERE {of_pair} AND NOT f.{side}_head AND {place} <= {bound})""",
            ],
        )
