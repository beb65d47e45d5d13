"""The database: the server is read-only, a read is one snapshot, constraints hold."""

from contextlib import closing
from typing import Any
from unittest.mock import MagicMock

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db.database import MAX_STREAMS, Database
from app.db.engine import make_engine, read_only
from app.db.postgresql import configure_connection
from app.models import Fact, metadata
from seed.__main__ import DOCUMENTS
from seed.load.pipeline import load


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fact",
        "INSERT INTO revision VALUES (1, 'x', 'x', '2024-01-01')",
        "CREATE TABLE other (id INTEGER)",
        "DROP TABLE fact",
    ],
)
def test_the_servers_connections_are_read_only(seeded_url: str, statement: str) -> None:
    with (
        closing(Database(seeded_url)) as database,
        pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"),
        database.read() as connection,
    ):
        connection.execute(text(statement))


def test_every_thread_and_every_stream_has_a_connection(database: Database) -> None:
    pool: Any = database.engine.pool
    assert pool.size() == database.threads + MAX_STREAMS
    assert database.threads == (8 if database.engine.dialect.name == "sqlite" else 40)


def test_only_sqlite_needs_a_read_only_url() -> None:
    url = "postgresql+psycopg://user@host/name"
    assert str(read_only(url)) == url
    assert "mode=ro" in str(read_only("sqlite:///some file.db"))


def test_a_connection_whose_setup_fails_is_closed() -> None:
    connection = MagicMock()
    connection.execute.side_effect = ConnectionError
    with pytest.raises(ConnectionError):
        configure_connection(1)(connection, None)
    connection.close.assert_called_once_with()


def test_a_read_sees_one_snapshot_while_a_load_commits(fresh_url: str) -> None:
    database = Database(fresh_url)
    facts = select(func.count()).select_from(Fact)
    with database.read() as connection:
        assert connection.execute(facts).scalar_one() == 0
        assert load(DOCUMENTS, fresh_url)
        assert connection.execute(facts).scalar_one() == 0
    with database.read() as connection:
        assert connection.execute(facts).scalar_one() > 250
    database.close()


INVALID_VALUES: list[tuple[str, dict[str, Any]]] = [
    ("fact", {"subject_id": 5}),
    ("fact", {"support": "guessed"}),
    ("fact", {"value": None, "object_id": None}),
    ("fact", {"support": "inferred", "reason": None}),
    ("evidence", {"document_id": 5}),
    ("evidence", {"start": -1}),
    ("evidence", {"end": 0}),
    ("evidence", {"exact": "something longer or shorter than the span"}),
    ("entity", {"kind": "ghost"}),
    ("entity", {"slug": ""}),
    ("company", {"city_id": 5}),
    ("place", {"type": "planet"}),
    ("place", {"parent_id": 5}),
    ("organization", {"type": "sect"}),
    ("event", {"month": 13}),
    ("event", {"month": None, "day": 3}),
    ("event", {"type": "party"}),
    ("event", {"enterprise_count": -1}),
    ("agreement", {"status": "broken"}),
    ("agreement", {"type": "secret"}),
    ("document", {"length": 1}),
    ("document", {"sha256": "short"}),
]


@pytest.mark.parametrize(("table", "change"), INVALID_VALUES)
def test_constraints_reject_an_invalid_value(
    seeded_url: str, table: str, change: dict[str, Any]
) -> None:
    engine = make_engine(seeded_url, writing=True)
    target = metadata.tables[table]
    key = next(iter(target.primary_key))
    statement = update(target).where(key == select(func.max(key)).scalar_subquery()).values(change)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()


def test_a_slug_is_unique_within_its_kind(fresh_url: str) -> None:
    engine = make_engine(fresh_url)
    row = {"kind": "place", "slug": "x", "name": "X", "name_key": "x", "search_text": "x"}
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(metadata.tables["entity"]), [{"id": 1, **row}, {"id": 2, **row}])
    engine.dispose()
