"""Matching: what the search engines of the databases are asked, from the same terms for both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Dialect,
    Select,
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
from app.tokens import Term, exact_key

FIELDS = ("name", "value", "evidence", "kind")
"""The searched fields of an entity."""
Field = Literal["name", "value"]
MARKS: dict[Field, str] = {"name": ":n", "value": ":v"}
"""What stands before a token in PostgreSQL's index where it is asked for in one of these fields.

Its own weights would do, but its index doesn't have them: every match would be read for them.
Tokens are there without a mark, too; none begins as a mark does.
"""


@dataclass(frozen=True, slots=True)
class Token:
    """One token in any of some fields (all, if none is named); ``begun``: any that starts so."""

    text: str
    fields: tuple[Field, ...] = ()
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """All of some expressions must match, and ``without`` must not."""

    parts: "tuple[Expression, ...]"
    without: "Expression | None" = None


@dataclass(frozen=True, slots=True)
class Either:
    """One of some expressions must match."""

    parts: "tuple[Expression, ...]"


Expression = Token | Every | Either

# What no text has as a token, since tokens of words are letters and digits.
_NOTHING = Token("¤")


def of_kind(kind: str) -> str:
    """Return the token that all records of a kind have, and no word."""
    return f"¤{kind}"


def _every(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else Every(parts)


def _either(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else Either(parts)


def _starts(term: Term, *, begun: bool) -> tuple[str, ...]:
    return tuple(sorted(each for each in term.begun if each)) if begun else ()


def _is_found_by(term: Term, token: str, *, begun: bool) -> bool:
    return token in term.whole or token.startswith(_starts(term, begun=begun))


def _term(term: Term, fields: tuple[Field, ...], *, begun: bool) -> Expression:
    starts = _starts(term, begun=begun)
    # What begins so is found anyway, and each token asked for takes time.
    whole = [each for each in sorted(term.whole) if not each.startswith(starts)]
    found: list[Expression] = [Token(each, fields) for each in whole]
    found += [Token(each, fields, begun=True) for each in starts]
    if term.parts:
        found.append(_every(*(_term(part, fields, begun=begun) for part in term.parts)))
    return _either(*found)


def expression(
    question: str,
    asked: Sequence[Term],
    fields: tuple[Field, ...] = (),
    *,
    begun: bool = True,
    kinds: Iterable[str] = (),
) -> Expression:
    """Return what asks for all the terms of a question in ``fields``, of records of ``kinds``.

    Its words may also be one word, or all of a name, however they are divided.
    """
    if not asked:
        return _NOTHING
    found = _every(*(_term(term, fields, begun=begun) for term in asked))
    exact = exact_key(question)
    if len(asked) > 1 or not _is_found_by(asked[0], exact, begun=begun):
        found = Either((found, Token(exact, fields)))
    of_kinds = [Token(of_kind(kind)) for kind in kinds]
    return Every((found, _either(*of_kinds))) if of_kinds else found


def fts5(asked: Expression) -> str:
    """Return an expression as SQLite's FTS5 reads it. Tokens need no quoting."""
    match asked:
        case Token(text, fields, begun):
            where = f"{{{' '.join(fields)}}} : " if fields else ""
            return f'({where}"{text}"{" *" if begun else ""})'
        case Either(parts):
            return f"({' OR '.join(map(fts5, parts))})"
        case Every(parts, without):
            every = f"({' AND '.join(map(fts5, parts))})"
            return every if without is None else f"({every} NOT {fts5(without)})"


def tsquery(asked: Expression) -> str:
    """Return an expression as PostgreSQL's ``tsquery`` reads it."""
    match asked:
        case Token(text, fields, begun):
            marks = [MARKS[field] for field in fields] or [""]
            end = ":*" if begun else ""
            found = [f"'{mark}{text}'{end}" for mark in marks]
            return found[0] if len(found) == 1 else f"({' | '.join(found)})"
        case Either(parts):
            return f"({' | '.join(map(tsquery, parts))})"
        case Every(parts, without):
            every = f"({' & '.join(map(tsquery, parts))})"
            return every if without is None else f"({every} & !{tsquery(without)})"


class _Asked(TypeDecorator[Expression]):
    """An expression, sent as the database at hand reads it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Expression | None, dialect: Dialect) -> str | None:
        """Return the text to send."""
        if value is None:
            return None
        return fts5(value) if dialect.name == "sqlite" else tsquery(value)


class _Matches(FunctionElement[bool]):
    """Whether a row of a search index matches: the index's name, and the expression."""

    # Were it Boolean, SQLAlchemy would write "= 1" behind it, and SQLite not know it any more.
    type: TypeEngine[Any] = NullType()
    name = "matches"
    inherit_cache = True


@compiles(_Matches, "sqlite")
def _match(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    index, asked = element.clauses
    return f"{compiler.process(index, **options)} MATCH {compiler.process(asked, **options)}"


@compiles(_Matches, "postgresql")
def _search(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    index, asked = element.clauses
    sent = compiler.process(asked, **options)
    return f"{compiler.process(index, **options)}.tokens @@ CAST({sent} AS tsquery)"


class _Hidden(FunctionElement[bool]):
    """A condition that an index may lead to only on PostgreSQL."""

    type: TypeEngine[Any] = NullType()
    name = "hidden"
    inherit_cache = True


@compiles(_Hidden, "sqlite")
def _hide(element: _Hidden, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return f"+({compiler.process(condition, **options)})"


@compiles(_Hidden, "postgresql")
def _show(element: _Hidden, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return compiler.process(condition, **options)


ENTITIES: TableClause = table("entity_search", column("rowid", BigInt))
"""The search index of entities; ``rowid`` is the rank of their ``SearchEntry``."""
FACTS: TableClause = table("fact_search", column("rowid", BigInt))
"""The search index of facts; ``rowid`` is the fact's id."""


def matches(index: TableClause, name: str) -> ColumnElement[bool]:
    """Return the condition that a row of ``index`` matches the expression bound as ``name``."""
    asked: BindParameter[Any] = bindparam(name, type_=_Asked())
    return _Matches(literal_column(index.name), asked)


def matching(index: TableClause, name: str) -> Select[tuple[int]]:
    """Return the statement for the rows of ``index`` that match what is bound as ``name``."""
    return select(index.c.rowid.label("rowid")).where(matches(index, name))


def gathered(found: Select[Any]) -> CTE:
    """Return what an index finds as something to choose from, of which not all is needed.

    PostgreSQL's index gives all at once, but it would rather try row by row; SQLite's gives them in
    order, one by one.
    """
    return found.cte("anon_found").prefix_with("MATERIALIZED", dialect="postgresql")


def hidden_from_sqlite(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the same as something that SQLite tries records by, however it would find them.

    Were it hidden from PostgreSQL, too, that would plan to read all of the index.
    """
    return _Hidden(condition)
