"""Full-text indexes: FTS5 tables on SQLite, tables with a ``tsvector`` on PostgreSQL.

In search, this is the only module that depends on the dialect.
"""

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Dialect,
    Select,
    SQLColumnExpression,
    String,
    TableClause,
    bindparam,
    column,
    literal_column,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from app.models.base import BigInt
from app.search.query import And, Expression, Or, SearchField, TokenQuery

FIELDS = ("name", "value", "evidence", "kind")
"""The columns of ``entity_search`` on SQLite."""
FIELD_PREFIXES: dict[SearchField, str] = {"name": ":n", "value": ":v"}
"""The prefix of a token that restricts it to a field, in PostgreSQL's indexes.

Weights of a ``tsvector`` would not do: a GIN index doesn't store them, so that PostgreSQL would
read every match. Each token is indexed without a prefix, too; no token begins with a colon.
"""

entity_index: TableClause = table("entity_search", column("rowid", BigInt))
"""The full-text index of entities; ``rowid`` is the rank of a ``SearchEntry``."""
fact_index: TableClause = table("fact_search", column("rowid", BigInt))
"""The full-text index of facts; ``rowid`` is the fact's id."""


def match_condition(index: TableClause, name: str) -> ColumnElement[bool]:
    """Return the condition that a row of ``index`` matches the expression bound as ``name``."""
    query: BindParameter[Any] = bindparam(name, type_=SearchQueryType())
    return _Match(literal_column(index.name), query)


def matching_rowids(index: TableClause, name: str) -> Select[tuple[int]]:
    """Return the statement for the rows of ``index`` that match the expression bound as ``name``.

    Its only column is ``rowid``.
    """
    return select(index.c.rowid.label("rowid")).where(match_condition(index, name))


def undecoded(text: SQLColumnExpression[str]) -> ColumnElement[Any]:
    """Return a text as UTF-8 on SQLite, and as it is on PostgreSQL.

    For long texts that are parsed once and then only compared with the cached ones: decoding one of
    30,000 characters takes Python's SQLite driver 30 µs, of the 35 µs to read it.
    """
    return _Undecoded(text)


def fts5(query: Expression) -> str:
    """Return the expression in the syntax of FTS5. Tokens need no quoting."""
    match query:
        case TokenQuery(text, fields, prefix):
            columns = f"{{{' '.join(fields)}}} : " if fields else ""
            return f'({columns}"{text}"{" *" if prefix else ""})'
        case Or(parts):
            return f"({' OR '.join(map(fts5, parts))})"
        case And(parts, without):
            joined = f"({' AND '.join(map(fts5, parts))})"
            return joined if without is None else f"({joined} NOT {fts5(without)})"


def tsquery(query: Expression) -> str:
    """Return the expression in the syntax of PostgreSQL's ``tsquery``."""
    match query:
        case TokenQuery(text, fields, prefix):
            starts = [FIELD_PREFIXES[field] for field in fields] or [""]
            end = ":*" if prefix else ""
            lexemes = [f"'{start}{text}'{end}" for start in starts]
            return lexemes[0] if len(lexemes) == 1 else f"({' | '.join(lexemes)})"
        case Or(parts):
            return f"({' | '.join(map(tsquery, parts))})"
        case And(parts, without):
            joined = f"({' & '.join(map(tsquery, parts))})"
            return joined if without is None else f"({joined} & !{tsquery(without)})"


class SearchQueryType(TypeDecorator[Expression]):
    """An expression, bound in the syntax of the database's full-text engine."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Expression | None, dialect: Dialect) -> str | None:
        """Return the text of the expression."""
        if value is None:
            return None
        return fts5(value) if dialect.name == "sqlite" else tsquery(value)


class _Match(FunctionElement[bool]):
    """The condition that a row of a full-text index matches: the index's name, and the query."""

    # As Boolean, SQLAlchemy would append "= 1", which SQLite refuses after MATCH.
    type: TypeEngine[Any] = NullType()
    name = "match"
    inherit_cache = True


@compiles(_Match, "sqlite")
def _compile_for_sqlite(element: _Match, compiler: SQLCompiler, **options: Any) -> str:
    index, query = element.clauses
    return f"{compiler.process(index, **options)} MATCH {compiler.process(query, **options)}"


@compiles(_Match, "postgresql")
def _compile_for_postgresql(element: _Match, compiler: SQLCompiler, **options: Any) -> str:
    index, query = element.clauses
    text = compiler.process(query, **options)
    return f"{compiler.process(index, **options)}.tokens @@ CAST({text} AS tsquery)"


class _Undecoded(FunctionElement[Any]):
    """A text that SQLite's driver doesn't decode."""

    type: TypeEngine[Any] = NullType()
    name = "undecoded"
    inherit_cache = True


@compiles(_Undecoded, "sqlite")
def _compile_as_blob(element: _Undecoded, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = element.clauses
    return f"CAST({compiler.process(text, **options)} AS BLOB)"


@compiles(_Undecoded, "postgresql")
def _compile_as_text(element: _Undecoded, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = element.clauses
    return compiler.process(text, **options)
