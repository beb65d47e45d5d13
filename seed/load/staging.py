"""Staging: temporary tables of what documents say, and of what that touches in the database."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, MetaData, Table, text

from app.models import metadata
from app.models.base import BigInt, Text
from seed.load.bulk import insert_rows
from seed.load.reading import DOCUMENT_COLUMNS, DocumentRows

_metadata = MetaData()


def _staged(name: str) -> Table:
    """Return a temporary table with the columns of another one, without its constraints."""
    columns = (Column(each.name, each.type) for each in metadata.tables[name].columns)
    return Table(f"staged_{name}", _metadata, *columns, prefixes=["TEMPORARY"])


def _temporary(name: str, *columns: Column[Any]) -> Table:
    return Table(name, _metadata, *columns, prefixes=["TEMPORARY"])


def _id() -> Column[Any]:
    return Column("id", BigInt, primary_key=True, autoincrement=False)


def _statement_columns() -> list[Column[Any]]:
    return [
        Column("subject_id", BigInt),
        Column("predicate", Text),
        Column("object_id", BigInt),
        Column("value", Text),
        Column("value_key", Text),
        Column("attributed_to_id", BigInt),
    ]


STAGED_ENTITY, STAGED_DOCUMENT, STAGED_EVIDENCE = map(_staged, ("entity", "document", "evidence"))
STAGED_FACT = _temporary("staged_fact", Column("id", BigInt), *_statement_columns())
TOUCHED_FACT = _temporary("touched_fact", _id(), *_statement_columns())
"""The facts of which the evidence, or a name that they show, comes, goes or changes."""
TOUCHED_ENTITY = _temporary(
    "touched_entity",
    _id(),
    Column("kind", Text),
    Column("slug", Text),
    Column("is_subject", Boolean),
)
"""The records on either side of a touched fact, and the documents that change."""
FORMER_ENTITY = _temporary("former_entity", _id(), Column("kind", Text), Column("slug", Text))
FORMER_FACT = _temporary("former_fact", _id())
"""What there was before the load, of all or of what is touched."""
CHANGED_DOCUMENT = _temporary("changed_document", _id())
HEAD_BOUND = _temporary(
    "head_bound",
    Column("owner_id", BigInt),
    Column("predicate", Text),
    Column("last_order", Text),
    Column("last_id", BigInteger),
)
"""The last of the first facts of a record and predicate."""
STAGED_ENTRY = _temporary(
    "staged_entry",
    Column("entity_id", BigInt, primary_key=True, autoincrement=False),
    Column("words", BigInt),
    Column("name_key", Text),
    Column("exact_key", Text),
    Column("passages", Text),
    *(Column(f"tokens_{number}", Text) for number in range(4)),
)
"""Search entries before they are ranked, with the columns of their rows in the index."""

_STATEMENT = "id, subject_id, predicate, object_id, value, value_key, attributed_to_id"


def create_tables(connection: Connection) -> None:
    """Create the temporary tables of a load."""
    _metadata.create_all(connection, checkfirst=False)


def stage(connection: Connection, rows: DocumentRows) -> None:
    """Insert the rows of some documents."""
    for table, staged in (
        (STAGED_ENTITY, rows.entities),
        (STAGED_FACT, rows.facts),
        (STAGED_EVIDENCE, rows.evidence),
    ):
        insert_rows(connection, table, staged)
    insert_rows(connection, STAGED_DOCUMENT, rows.documents, DOCUMENT_COLUMNS)


def touch(connection: Connection, changed: Collection[int]) -> None:
    """Find what the staged documents, and those that are gone, change in the database.

    A fact is touched where a line of its evidence differs, or where it shows a record that has
    another name than before; a record, where a touched fact has it on either side.
    """
    insert_rows(connection, CHANGED_DOCUMENT, [(each,) for each in changed])
    analyze(connection, STAGED_ENTITY, STAGED_FACT, STAGED_EVIDENCE, CHANGED_DOCUMENT)
    columns = ", ".join(f'"{each.name}"' for each in STAGED_EVIDENCE.columns)
    former = f"""SELECT {columns} FROM changed_document c CROSS JOIN evidence e
        WHERE e.document_id = c.id"""
    staged = f"SELECT {columns} FROM staged_evidence"
    run(
        connection,
        [
            f"""CREATE TEMPORARY TABLE differing AS
            SELECT fact_id, document_id FROM ({former} EXCEPT {staged}) AS gone
            UNION SELECT fact_id, document_id FROM ({staged} EXCEPT {former}) AS come
            UNION SELECT fact_id, document_id FROM evidence WHERE document_id IN ({_RENAMED})
            UNION SELECT id, 0 FROM fact WHERE subject_id IN ({_RENAMED})
            UNION SELECT id, 0 FROM fact WHERE object_id IN ({_RENAMED})
            UNION SELECT id, 0 FROM fact WHERE attributed_to_id IN ({_RENAMED})""",
            f"""INSERT INTO touched_fact ({_STATEMENT})
            SELECT {_STATEMENT} FROM (SELECT DISTINCT fact_id FROM differing) AS d
            CROSS JOIN fact WHERE id = fact_id""",
            f"""INSERT INTO touched_fact ({_STATEMENT})
            SELECT DISTINCT {_STATEMENT} FROM staged_fact s
            WHERE id IN (SELECT fact_id FROM differing)
            AND NOT EXISTS (SELECT 1 FROM touched_fact t WHERE t.id = s.id)""",
        ],
    )
    _touch_entities(connection)


_RENAMED = """SELECT s.id FROM staged_entity s JOIN entity e ON e.id = s.id
    WHERE s.name <> e.name"""


def touch_all(connection: Connection) -> None:
    """Take all that is staged for touched, in a database that is empty."""
    analyze(connection, STAGED_FACT)
    run(
        connection,
        [
            f"""INSERT INTO touched_fact ({_STATEMENT})
            SELECT DISTINCT {_STATEMENT} FROM staged_fact ORDER BY id"""
        ],
    )
    _touch_entities(connection)


def _touch_entities(connection: Connection) -> None:
    analyze(connection, TOUCHED_FACT)
    run(
        connection,
        [
            """INSERT INTO touched_entity (id, is_subject)
            SELECT id, max(is_subject) > 0 FROM (
                SELECT subject_id AS id, 1 AS is_subject FROM touched_fact
                UNION SELECT object_id, 0 FROM touched_fact WHERE object_id IS NOT NULL
                UNION SELECT id, 0 FROM changed_document
                UNION SELECT id, 0 FROM staged_document
            ) AS sides GROUP BY id ORDER BY id""",
            *(
                f"""UPDATE touched_entity SET kind = s.kind, slug = s.slug FROM {source} s
                WHERE s.id = touched_entity.id"""
                for source in ("entity", "staged_entity")
            ),
        ],
    )
    analyze(connection, TOUCHED_ENTITY)


def analyze(connection: Connection, *tables: Table) -> None:
    """Let PostgreSQL count the rows of tables that have just been filled."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.execute(text(f"ANALYZE {table.name}"))


def run(connection: Connection, statements: Iterable[str]) -> None:
    """Execute statements, one after another."""
    for statement in statements:
        connection.execute(text(statement))
