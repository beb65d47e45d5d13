"""Prepared statements: compiled once for a database, and then run by its driver itself.

For statements as small as most of ours, SQLAlchemy's own way from a statement to its rows takes
several times as long as the database. What is the same for every request is done here once.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NoReturn

from sqlalchemy import CompoundSelect, Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

AnyStatement = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Values = Mapping[str, Any]
Text = tuple[str, list[tuple[str, Callable[[Values], Any]]]]
"""SQL, and of each of its parameters the name and what takes it from the values bound."""

_TEXTS = 1_000
"""The most texts that are kept of one statement, each for lists of other lengths."""


class Prepared:
    """A statement whose parameters are bound by name; those that expand take a list.

    What comes from the driver is left as it is, so it is for numbers and texts.
    """

    def __init__(self, statement: AnyStatement) -> None:
        self.statement = statement
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """Return all rows, as named tuples. Raises DBAPIError, as SQLAlchemy does."""
        dialect: Any = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self.statement, dialect)
        sql, sent = form.filled(values)
        for listen in connection.dispatch.before_cursor_execute:
            listen(connection, None, sql, sent, None, False)
        driver: Any = connection.connection.dbapi_connection
        try:
            cursor = driver.execute(sql, sent)
            found: list[Any] = cursor.fetchall()
        except dialect.loaded_dbapi.Error as error:
            _fail(connection, sql, error)
        return list(map(form.make(cursor), found)) if found else found


class _Form:
    """A statement as one kind of database takes it."""

    def __init__(self, statement: AnyStatement, dialect: Dialect) -> None:
        self._dialect = dialect
        self._compiled: Any = statement.compile(dialect=dialect)
        self._constant = {
            name: value for name, value in self._compiled.params.items() if value is not None
        }
        self._types = {name: each.type for each, name in self._compiled.bind_names.items()}
        self._lists = [name for each, name in self._compiled.bind_names.items() if each.expanding]
        self._texts: dict[tuple[int, ...], Text] = {}
        self._make: Callable[[Any], Any] | None = None

    def filled(self, values: Values) -> tuple[str, Any]:
        """Return the SQL for lists as long as these, and the values as the driver takes them."""
        values = {**self._constant, **values}
        lengths = tuple([len(values[name]) for name in self._lists])
        known = self._texts.get(lengths)
        if known is None:
            if len(self._texts) >= _TEXTS:
                self._texts.clear()
            known = self._texts[lengths] = self._text(values)
        sql, takers = known
        if self._compiled.positional:
            return sql, tuple([take(values) for _, take in takers])
        return sql, {name: take(values) for name, take in takers}

    def _text(self, values: Values) -> Text:
        state = self._compiled.construct_expanded_state(values)
        places = {
            name: (of, at)
            for of, names in state.parameter_expansion.items()
            for at, name in enumerate(names)
        }
        names = state.positiontup if self._compiled.positional else state.parameters
        return state.statement, [
            (name, self._taker(*places.get(name, (name, None)))) for name in names
        ]

    def _taker(self, name: str, at: int | None) -> Callable[[Values], Any]:
        """Return what takes a value, or the one at a place in a list, as the driver takes it."""
        if at is not None:
            return lambda values: values[name][at]
        kind = self._types[name]
        process = kind.bind_processor(self._dialect) if isinstance(kind, TypeDecorator) else None
        return (lambda values: process(values[name])) if process else itemgetter(name)

    def make(self, cursor: Any) -> Callable[[Any], Any]:
        """Return what makes a named tuple of a row."""
        if self._make is None:
            names = [column[0] for column in cursor.description]
            self._make = namedtuple("Row", names)._make  # type: ignore[attr-defined]
        return self._make


def _fail(connection: Connection, sql: str, error: Exception) -> NoReturn:
    """Raise the driver's error as SQLAlchemy does, and give up a connection that has ended."""
    dialect: Any = connection.dialect
    ended = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if ended:
        connection.invalidate(error)
    raise DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=ended, dialect=dialect
    ) from error
