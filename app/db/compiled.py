"""Compiled statements: compiled once for a database, then run by its driver directly.

For small statements SQLAlchemy takes longer than the database to compile, bind and fetch (1.4 × as
long on a list); the work that is the same for every request is done here once.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import CompoundSelect, Connection, Dialect, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from app.db.types import AnySelect

AnyStatement = AnySelect | CompoundSelect[*tuple[Any, ...]]
Values = Mapping[str, Any]

MAX_STATEMENTS = 512
"""The largest number of cached statements, over all lists: about 45 kB each."""
MAX_EXPANSIONS = MAX_STATEMENTS
"""The largest number of cached SQL texts, over all statements: about 3 kB each.

Each refers to its statement, so with more of them, evicted statements would stay in memory.
"""


class CompiledStatement:
    """A statement whose parameters are bound by name; expanding parameters take a list.

    Values come from the driver unprocessed, so columns must be numbers and texts.
    """

    def __init__(self, statement: AnyStatement) -> None:
        self.statement = statement
        self._by_dialect: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """Return all rows, as named tuples. Raises DBAPIError, as SQLAlchemy does."""
        dialect: Any = connection.dialect
        compiled = self._by_dialect.get(dialect.name)
        if compiled is None:
            compiled = self._by_dialect[dialect.name] = _Compiled(self.statement, dialect)
        sql, parameters = compiled.bind(values)
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, None, sql, parameters, None, False)
        driver: Any = connection.connection.dbapi_connection
        try:
            cursor = driver.execute(sql, parameters)
            rows: list[Any] = cursor.fetchall()
        except dialect.loaded_dbapi.Error as error:
            _raise(connection, sql, error)
        return list(map(compiled.row_maker(cursor), rows)) if rows else rows


@lru_cache(maxsize=MAX_STATEMENTS)
def cached(build: Callable[..., CompiledStatement], *shape: Hashable) -> CompiledStatement:
    """Return the statement that ``build`` makes of a shape, from the one cache of all lists.

    Clients choose the shapes: the combinations of filters, sorts, facets and plans.
    """
    return build(*shape)


def capped_count(rows: AnySelect, cap: int) -> CompiledStatement:
    """Return the statement for the number of rows, counted to one beyond the cap, as ``found``."""
    capped = rows.limit(cap + 1).subquery()
    return CompiledStatement(select(func.count().label("found")).select_from(capped))


class Expansion(NamedTuple):
    """The SQL for lists of certain lengths, and the source of each of its parameters.

    Each parameter has the driver's name, the name of its value, and the value's index in a list.
    """

    sql: str
    parameters: tuple[tuple[str, str, int | None], ...]


class _Compiled:
    """A statement compiled for one dialect."""

    def __init__(self, statement: AnyStatement, dialect: Dialect) -> None:
        self._compiled: Any = statement.compile(dialect=dialect)
        self._positional: bool = self._compiled.positional
        names = self._compiled.bind_names.items()
        self._constants = {
            name: value for name, value in self._compiled.params.items() if value is not None
        }
        self._lists = [name for bind, name in names if bind.expanding]
        self._processors = {
            name: processor
            for bind, name in names
            if isinstance(bind.type, TypeDecorator)
            and (processor := bind.type.bind_processor(dialect))
        }
        self._make_row: Callable[[Any], Any] | None = None

    def bind(self, values: Values) -> tuple[str, Any]:
        """Return the SQL for lists of these lengths, and the parameters for the driver."""
        values = {**self._constants, **values}
        for name, process in self._processors.items():
            values[name] = process(values[name])
        sql, parameters = _expand(self, tuple([len(values[name]) for name in self._lists]))
        if self._positional:
            return sql, tuple(
                [
                    values[name] if place is None else values[name][place]
                    for _, name, place in parameters
                ]
            )
        return sql, {
            sent_as: values[name] if place is None else values[name][place]
            for sent_as, name, place in parameters
        }

    def expand(self, lengths: tuple[int, ...]) -> Expansion:
        """Return the expansion for lists of these lengths."""
        lists = {name: [None] * length for name, length in zip(self._lists, lengths, strict=True)}
        state = self._compiled.construct_expanded_state({**self._compiled.params, **lists})
        sources = {
            sent_as: (name, place)
            for name, expanded in state.parameter_expansion.items()
            for place, sent_as in enumerate(expanded)
        }
        names = state.positiontup if self._positional else state.parameters
        return Expansion(
            state.statement,
            tuple((name, *sources.get(name, (name, None))) for name in names),
        )

    def row_maker(self, cursor: Any) -> Callable[[Any], Any]:
        """Return the function that turns a row into a named tuple."""
        if self._make_row is None:
            self._make_row = _row_maker(tuple([column[0] for column in cursor.description]))
        return self._make_row


@lru_cache
def _row_maker(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return the function that makes named tuples of a type that statements share.

    A type of its own would add 5 kB and 0.3 ms to each statement.
    """
    return namedtuple("Row", names)._make  # type: ignore[attr-defined, no-any-return]


@lru_cache(maxsize=MAX_EXPANSIONS)
def _expand(compiled: _Compiled, lengths: tuple[int, ...]) -> Expansion:
    """Return a cached expansion; clients choose the lengths, so all statements share one bound."""
    return compiled.expand(lengths)


def _raise(connection: Connection, sql: str, error: Exception) -> NoReturn:
    """Raise the driver's error as SQLAlchemy does; invalidate a connection that has ended."""
    dialect: Any = connection.dialect
    ended = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if ended:
        connection.invalidate(error)
    raise DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=ended, dialect=dialect
    ) from error
