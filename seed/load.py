"""Loading: all rows in one transaction; readers see the old data until it commits."""

from datetime import UTC, datetime
from typing import Never

from sqlalchemy import (
    Connection,
    Executable,
    bindparam,
    cast,
    column,
    delete,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlmodel import col
from tqdm import tqdm

from app import tallies
from app.database import make_engine
from app.matching import FIELDS
from app.models import Revision, metadata
from app.revisions import CHANNEL
from seed.dataset import Row, content_hash

CHUNK = 5_000
TABLES = (
    "entity",
    "place",
    "organization",
    "company",
    "person",
    "event",
    "document",
    "agreement",
    "quotation",
    "fact",
    "evidence",
    "search_entry",
    "spelling",
)
"""Every table in an order that satisfies the references between them."""

INDEXES = ("entity_search", "fact_search")
"""The search indexes, which are no tables on SQLite."""
_EMPTY = {
    "sqlite": "INSERT INTO {name} ({name}) VALUES ('delete-all')",
    "postgresql": "DELETE FROM {name}",
}


class DatabaseError(Exception):
    """The database can't take the load; the text says why."""


def load(rows: dict[str, list[Row]], url: str) -> bool:
    """Replace the dataset by ``rows``; return False where it is loaded already.

    Raises DatabaseError where the database isn't migrated or can't be written, and changes nothing.
    """
    revision = content_hash(rows)
    engine = make_engine(url, writing=True)
    try:
        with engine.begin() as connection:
            current = connection.execute(select(col(Revision.content_hash))).scalar()
            if current == revision:
                return False
            _replace(connection, rows)
            tallies.keep(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(text("ANALYZE"))
                connection.execute(text(f"NOTIFY {CHANNEL}"))
            connection.execute(
                insert(Revision), {"content_hash": revision, "loaded_at": datetime.now(UTC)}
            )
    except IntegrityError as error:
        raise DatabaseError(f"the database refuses what the documents say: {error.orig}") from error
    except (OperationalError, ProgrammingError) as error:
        raise DatabaseError(
            f"the database can't take the load: {error.orig} "
            "(is it there, migrated with `alembic upgrade head`, writable and not locked?)"
        ) from error
    finally:
        engine.dispose()
    return True


def _replace(connection: Connection, rows: dict[str, list[Row]]) -> None:
    connection.execute(delete(Revision))
    for name in reversed(TABLES):
        connection.execute(delete(metadata.tables[name]))
    for name in INDEXES:
        connection.execute(text(_EMPTY[connection.dialect.name].format(name=name)))
    total = sum(map(len, rows.values()))
    with tqdm(total=total, unit=" rows", delay=1, disable=None) as progress:
        for name in TABLES:
            _insert(connection, insert(metadata.tables[name]), rows[name], progress)
        for name in INDEXES:
            _index(connection, name, rows[name], progress)


def _insert(
    connection: Connection, statement: Executable, rows: list[Row], progress: "tqdm[Never]"
) -> None:
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        connection.execute(statement, chunk)
        progress.update(len(chunk))


def _index(connection: Connection, name: str, rows: list[Row], progress: "tqdm[Never]") -> None:
    """Fill a search index. FTS5 takes rows fastest in the order of their ids, which is theirs."""
    if connection.dialect.name == "sqlite":
        fields = list(rows[0]) if rows else ["rowid"]
        index = table(name, *map(column, fields))
        values: Row = {}
    else:
        index = table(name, column("rowid"), column("tokens"))
        values = {"tokens": cast(bindparam("tokens"), TSVECTOR)}
        rows = [{"rowid": row["rowid"], "tokens": _tsvector(row)} for row in rows]
    _insert(connection, insert(index).values(values) if values else insert(index), rows, progress)


def _tsvector(row: Row) -> str:
    """Return the fields of a row as PostgreSQL reads them: every token with its field's weight."""
    weights: dict[str, str] = {}
    for field, weight in FIELDS.items():
        for token in row.get(field, "").split():
            weights[token] = f"{weights.get(token, '')}{',' if token in weights else ''}1{weight}"
    return " ".join(f"'{token}':{places}" for token, places in weights.items())
