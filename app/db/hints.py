"""Planner hints: every rewriting of a statement that preserves its rows and changes its plan.

Each function states its reason and the plan that it protects; ``tests/exhaustive/test_plans.py``
tests the plans on both databases.
"""

from typing import Any

from sqlalchemy import CTE, FromClause, Select, literal_column, not_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import outerjoin
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from app.db.types import Column, Condition


def as_residual(condition: Condition) -> Condition:
    """Return a condition that only tests rows: no index matches ``… IS TRUE``.

    Without it both planners may drive the query by an unselective filter although another active
    filter leads to fewer rows.
    """
    return condition.is_(true())


def as_negation(condition: Condition) -> Condition:
    """Return the negation of a condition, ``… IS NOT TRUE``: it holds where that is null, too.

    No index matches it, so it only tests rows: nearly all of a list satisfy most negations.
    """
    return condition.is_not(true())


def opaque(column: Column) -> Column:
    """Return a text column as an expression (``column || ''``) that no index matches.

    Without it SQLite reads the facts of a predicate of all records, not those of the given ones.
    """
    return column.concat("")


def exists(table: Any, *conditions: Condition) -> Condition:
    """Return an ``EXISTS`` over ``table`` that is evaluated once for each tested row.

    ``OFFSET 0`` keeps PostgreSQL from turning it into a join that reads all such rows first.
    """
    matching: Select[Any] = select(literal_column("1")).select_from(table).where(*conditions)
    return matching.correlate_except(table).offset(0).exists()


def driven_by(left: FromClause, right: Any, on: Condition) -> FromClause:
    """Return a left join although every row on the left has a match on the right.

    Neither planner starts a left join from its right side, so the rows found on the left are
    looked up one by one; an inner join was planned from ``item``, by far the larger table.
    """
    return outerjoin(left, right, on)


def materialized(statement: Select[Any], *, on: str | None = None) -> CTE:
    """Return a statement as a CTE that is computed once, and planned apart from its reader.

    With ``on="postgresql"`` only that database materializes: its GIN index returns all matches at
    once while its planner prefers to test row by row; SQLite's FTS5 yields matches in order.
    """
    cte = statement.cte("anon_found")
    return cte.prefix_with("MATERIALIZED", dialect=on) if on else cte.prefix_with("MATERIALIZED")


class _WithoutSqliteIndex(FunctionElement[bool]):
    """A condition under SQLite's unary ``+``, and unchanged on PostgreSQL."""

    type: TypeEngine[Any] = NullType()
    name = "without_sqlite_index"
    inherit_cache = True


@compiles(_WithoutSqliteIndex, "sqlite")
def _with_unary_plus(element: _WithoutSqliteIndex, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return f"+({compiler.process(condition, **options)})"


@compiles(_WithoutSqliteIndex, "postgresql")
def _unchanged(element: _WithoutSqliteIndex, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return compiler.process(condition, **options)


def without_sqlite_index(condition: Condition) -> Condition:
    """Return a condition that is residual on SQLite alone.

    Under ``IS TRUE`` PostgreSQL would read its whole search index for a condition on it.
    """
    return _WithoutSqliteIndex(condition)


class _AbsentFrom(FunctionElement[bool]):
    """The two forms of a condition, for SQLite and for PostgreSQL."""

    type: TypeEngine[Any] = NullType()
    name = "absent_from"
    inherit_cache = True


@compiles(_AbsentFrom, "sqlite")
def _not_in_list(element: _AbsentFrom, compiler: SQLCompiler, **options: Any) -> str:
    not_in, _ = element.clauses
    return compiler.process(not_in, **options)


@compiles(_AbsentFrom, "postgresql")
def _anti_join(element: _AbsentFrom, compiler: SQLCompiler, **options: Any) -> str:
    _, not_exists = element.clauses
    return compiler.process(not_exists, **options)


def absent_from(key: Column, keys: Select[Any]) -> Condition:
    """Return the condition that a key isn't among those that a statement selects, never null.

    SQLite makes a list of them once. PostgreSQL would read more of them than its hash tables hold
    anew for every tested row, unless ``NOT EXISTS`` lets it plan an anti-join.
    """
    rows = keys.subquery()
    same: Select[Any] = select(literal_column("1")).select_from(rows).where(rows.c[0] == key)
    return _AbsentFrom(as_negation(key.in_(keys)), not_(same.correlate_except(rows).exists()))
