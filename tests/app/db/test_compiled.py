"""Prepared statements: the rows that SQLAlchemy finds, and the errors that it raises."""

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
        # A list that is the statement's own
        col(Entity.kind).in_(["company", "person", "place"]),
    )
    .order_by(col(Entity.id))
    .limit(bindparam("most"))
)
_PREPARED = Prepared(_SOME)


@given(
    kinds=st.lists(st.sampled_from(sorted(COLLECTIONS)), max_size=4),
    name=st.text("абвгд", max_size=2),
    most=st.integers(0, 30),
)
def test_it_finds_what_sqlalchemy_finds(
    database: Database, kinds: list[str], name: str, most: int
) -> None:
    values = {"kinds": kinds, "name": name, "most": most}
    with database.read() as connection:
        found = _PREPARED.rows(connection, values)
        expected = connection.execute(_SOME, values).all()
    assert [tuple(row) for row in found] == [tuple(row) for row in expected]
    assert [row._asdict() for row in found] == [row._asdict() for row in expected]


def test_it_keeps_few_texts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "_TEXTS", 3)
    statement = Prepared(_SOME)
    with database.read() as connection:
        for number in [*range(1, 9), *range(1, 9)]:
            values = {"kinds": ["place"] * number, "name": "", "most": 1}
            assert len(statement.rows(connection, values)) == 1


def test_who_listens_to_the_engine_hears_it(database: Database) -> None:
    heard: list[str] = []

    def listen(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    engine = database.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        with database.read() as connection:
            heard.clear()
            _PREPARED.rows(connection, {"kinds": ["place"], "name": "", "most": 1})
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(heard) == 1
    assert "FROM entity" in heard[0]


def test_an_error_is_one_of_sqlalchemys(database: Database) -> None:
    wrong = Prepared(select(literal(1).label("one")).where(col(Entity.id) == bindparam("id")))
    with database.read() as connection, pytest.raises(DBAPIError) as caught:
        wrong.rows(connection, {"id": object()})
    assert "FROM entity" in str(caught.value.statement)
    assert not caught.value.connection_invalidated
