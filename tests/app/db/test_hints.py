"""Planner hints: the SQL of each on both databases."""

import pytest
from sqlalchemy import Dialect, column, select, table
from sqlalchemy.dialects import postgresql, sqlite

from app.db.hints import (
    absent_from,
    as_negation,
    as_residual,
    driven_by,
    exists,
    materialized,
    opaque,
    without_sqlite_index,
)

FACTS = table("fact", column("id"), column("name"))
ITEMS = table("item", column("id"))
CONDITION = FACTS.c.name == "x"
DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}  # type: ignore[no-untyped-call]


@pytest.fixture(params=DIALECTS)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a dialect."""
    found: str = request.param
    return found


def sql(element: object, name: str) -> str:
    options = {"dialect": DIALECTS[name], "compile_kwargs": {"literal_binds": True}}
    return " ".join(str(element.compile(**options)).split())  # type: ignore[attr-defined]


def test_a_residual_condition_matches_no_index(name: str) -> None:
    truth = {"sqlite": "IS 1", "postgresql": "IS true"}[name]
    assert sql(as_residual(CONDITION), name) == f"(fact.name = 'x') {truth}"


def test_a_negation_matches_no_index_and_holds_of_null(name: str) -> None:
    truth = {"sqlite": "IS NOT 1", "postgresql": "IS NOT true"}[name]
    assert sql(as_negation(CONDITION), name) == f"(fact.name = 'x') {truth}"


def test_an_opaque_column_matches_no_index(name: str) -> None:
    assert sql(opaque(FACTS.c.name), name) == "fact.name || ''"


def test_an_existence_is_evaluated_for_each_row(name: str) -> None:
    statement = select(ITEMS.c.id).where(exists(FACTS, FACTS.c.id == ITEMS.c.id))
    found = sql(statement, name)
    assert "EXISTS (SELECT 1 FROM fact WHERE fact.id = item.id" in found
    assert "OFFSET 0" in found


def test_the_left_side_drives_a_join(name: str) -> None:
    join = driven_by(FACTS, ITEMS, ITEMS.c.id == FACTS.c.id)
    assert sql(select(FACTS.c.id).select_from(join), name).endswith(
        "FROM fact LEFT OUTER JOIN item ON item.id = fact.id"
    )


@pytest.mark.parametrize("on", [None, "postgresql"])
def test_a_statement_is_materialized_where_it_is_asked_for(name: str, on: str | None) -> None:
    found = sql(select(materialized(select(FACTS.c.id), on=on)), name)
    assert ("AS MATERIALIZED (SELECT fact.id" in found) == (on in {None, name})


def test_sqlite_alone_tests_a_condition_row_by_row(name: str) -> None:
    expected = {"sqlite": "+(fact.name = 'x')", "postgresql": "fact.name = 'x'"}[name]
    assert sql(without_sqlite_index(CONDITION), name) == expected


def test_keys_are_sought_in_a_list_by_sqlite_and_in_an_anti_join_by_postgresql(name: str) -> None:
    found = sql(select(ITEMS.c.id).where(absent_from(ITEMS.c.id, select(FACTS.c.id))), name)
    expected = {
        "sqlite": "WHERE (item.id IN (SELECT fact.id FROM fact)) IS NOT 1",
        "postgresql": "WHERE NOT (EXISTS (SELECT 1 FROM (SELECT fact.id AS id FROM fact) AS anon_1 "
        "WHERE anon_1.id = item.id))",
    }
    assert found.endswith(expected[name])
