"""Compiled statements: they return the rows and raise the errors of SQLAlchemy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, event, literal, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app import prepared
from app.database import Database
from app.models import Entity
from app.prepared import Prepared
from app.vocabulary import COLLECTIONS

_SOME = (
    select(col(Entity.id), col(Entity.slug), literal("seen").label("word"))
    .where(
        col(Entity.kind).in_(bindparam("kinds", expanding=True)),
        col(Entity.name_key) >= bindparam("name"),
        # A constant list, which must not be mistaken for the expanding parameter
        col(Entity.kind).in_(["company", "person", "place"]),
    )
    .order_by(col(Entity.id))
    .limit(bindparam("limit"))
)
_PREPARED = Prepared(_SOME)


@given(
    kinds=st.lists(st.sampled_from(sorted(COLLECTIONS)), max_size=4),
    name=st.text("абвгд", max_size=2),
    limit=st.integers(0, 30),
)
def test_a_compiled_statement_returns_sqlalchemys_rows(
    database: Database, kinds: list[str], name: str, limit: int
) -> None:
    values = {"kinds": kinds, "name": name, "limit": limit}
    with database.read() as connection:
        found = _PREPARED.rows(connection, values)
        expected = connection.execute(_SOME, values).all()
    assert [tuple(row) for row in found] == [tuple(row) for row in expected]
    assert [row._asdict() for row in found] == [row._asdict() for row in expected]


def test_more_expansions_than_are_cached_still_execute(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "_TEXTS", 3)
    statement = Prepared(_SOME)
    with database.read() as connection:
        for number in [*range(1, 9), *range(1, 9)]:
            values = {"kinds": ["place"] * number, "name": "", "limit": 1}
            assert len(statement.rows(connection, values)) == 1


def test_a_listener_of_the_engine_receives_the_statement(database: Database) -> None:
    executed: list[str] = []

    def record(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        executed.append(statement)

    engine = database.engine
    event.listen(engine, "before_cursor_execute", record)
    try:
        with database.read() as connection:
            executed.clear()
            _PREPARED.rows(connection, {"kinds": ["place"], "name": "", "limit": 1})
    finally:
        event.remove(engine, "before_cursor_execute", record)
    assert len(executed) == 1
    assert "FROM entity" in executed[0]


def test_a_drivers_error_is_raised_as_sqlalchemys(database: Database) -> None:
    wrong = Prepared(select(literal(1).label("one")).where(col(Entity.id) == bindparam("id")))
    with database.read() as connection, pytest.raises(DBAPIError) as caught:
        wrong.rows(connection, {"id": object()})
    assert "FROM entity" in str(caught.value.statement)
    assert not caught.value.connection_invalidated
