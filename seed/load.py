"""Loading: all rows in one transaction; readers see the old data until it commits."""

from datetime import UTC, datetime
from typing import Never

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlmodel import col
from tqdm import tqdm

from app.database import make_engine
from app.models import Revision, metadata
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
)
"""Every table in an order that satisfies the references between them."""


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
    total = sum(len(rows[name]) for name in TABLES)
    with tqdm(total=total, unit=" rows", delay=1, disable=None) as progress:
        for name in TABLES:
            _insert(connection, metadata.tables[name], rows[name], progress)


def _insert(connection: Connection, table: Table, rows: list[Row], progress: "tqdm[Never]") -> None:
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        connection.execute(insert(table), chunk)
        progress.update(len(chunk))
