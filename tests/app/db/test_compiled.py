"""Compiled statements: they return the rows and raise the errors of SQLAlchemy."""

import gc
import math
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, event, literal, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app.db.compiled import (
    MAX_EXPANSIONS,
    MAX_STATEMENTS,
    CompiledStatement,
    Expansion,
    cached,
)
from app.db.database import Database
from app.domain.vocabulary import COLLECTIONS
from app.models import Entity

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
_COMPILED = CompiledStatement(_SOME)


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
        found = _COMPILED.rows(connection, values)
        expected = connection.execute(_SOME, values).all()
    assert [tuple(row) for row in found] == [tuple(row) for row in expected]
    assert [row._asdict() for row in found] == [row._asdict() for row in expected]


def test_the_expansions_of_list_lengths_are_bounded(database: Database) -> None:
    statement = CompiledStatement(
        _SOME.where(col(Entity.id).not_in(bindparam("ids", expanding=True)))
    )
    side = math.isqrt(MAX_EXPANSIONS) + 2
    lengths = [(kinds, ids) for kinds in range(1, side) for ids in range(1, side)]
    assert len(lengths) > MAX_EXPANSIONS
    values = {"name": "", "limit": 1}
    with database.read() as connection:
        # An evicted expansion is built again.
        for kinds, ids in [*lengths, *lengths[:3]]:
            lists = {"kinds": ["place"] * kinds, "ids": [-1] * ids}
            assert len(statement.rows(connection, {**values, **lists})) == 1
    alive = sum(isinstance(each, Expansion) for each in gc.get_objects())
    assert 1 < alive <= MAX_EXPANSIONS


def test_one_cache_bounds_the_statements_of_all_shapes(database: Database) -> None:
    alive: weakref.WeakSet[CompiledStatement] = weakref.WeakSet()

    def build(name: str, number: int) -> CompiledStatement:
        statement = CompiledStatement(_SOME.add_columns(literal(number).label(name)))
        alive.add(statement)
        return statement

    values = {"kinds": ["place"], "name": "", "limit": 1}
    shapes = [(f"column_{number}", number) for number in range(MAX_STATEMENTS + 20)]
    with database.read() as connection:
        for shape in shapes:
            statement = cached(build, *shape)
            assert cached(build, *shape) is statement
            assert getattr(statement.rows(connection, values)[0], shape[0]) == shape[1]
    del statement
    gc.collect()
    assert len(alive) == MAX_STATEMENTS


def test_no_expansion_keeps_an_evicted_statement(database: Database) -> None:
    compiled: weakref.WeakSet[object] = weakref.WeakSet()
    with database.read() as connection:
        for number in range(MAX_STATEMENTS * 2):
            statement = cached(lambda number: CompiledStatement(_SOME.limit(number)), number)
            statement.rows(connection, {"kinds": ["place"], "name": ""})
            compiled.update(statement._by_dialect.values())
    del statement
    gc.collect()
    assert len(compiled) <= MAX_STATEMENTS


def test_a_listener_of_the_engine_receives_the_statement(database: Database) -> None:
    executed: list[str] = []

    def record(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        executed.append(statement)

    engine = database.engine
    event.listen(engine, "before_cursor_execute", record)
    try:
        with database.read() as connection:
            executed.clear()
            _COMPILED.rows(connection, {"kinds": ["place"], "name": "", "limit": 1})
    finally:
        event.remove(engine, "before_cursor_execute", record)
    assert len(executed) == 1
    assert "FROM entity" in executed[0]


def test_a_drivers_error_is_raised_as_sqlalchemys(database: Database) -> None:
    wrong = CompiledStatement(
        select(literal(1).label("one")).where(col(Entity.id) == bindparam("id"))
    )
    with database.read() as connection, pytest.raises(DBAPIError) as caught:
        wrong.rows(connection, {"id": object()})
    assert "FROM entity" in str(caught.value.statement)
    assert not caught.value.connection_invalidated
