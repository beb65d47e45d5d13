"""Staging: tables of the load's own, in which all lines of all documents are put in order."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    alias,
    case,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.matching import FIELDS
from app.models import Entity
from app.models.base import BigInt, Text
from app.vocabulary import Kind
from seed.records import Line, Values

RowT = TypeVar("RowT", bound=Sequence[Any])

_metadata = MetaData()
_TEMPORARY = ["TEMPORARY"]

LINE = Table(
    "load_line",
    _metadata,
    Column("document", Integer, nullable=False),
    Column("document_id", BigInt, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("subject_id", BigInt, nullable=False),
    Column("predicate", Text, nullable=False),
    Column("fact_id", BigInt, nullable=False),
    Column("value", Text),
    Column("object_id", BigInt),
    Column("attributed_to_id", BigInt),
    Column("support", Text, nullable=False),
    Column("reason", Text),
    Column("text_order", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    prefixes=_TEMPORARY,
)
"""The lines of all facts files; ``document`` and ``number`` tell their order."""


NAMED = Table(
    "load_named",
    _metadata,
    Column("id", BigInt, nullable=False),
    Column("kind", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    prefixes=_TEMPORARY,
)
"""The records that documents name, each as often as it is named."""

NAMING = """
    INSERT INTO entity (id, kind, slug, name, name_key)
    SELECT id, kind, slug, name, name_key FROM load_named WHERE true ORDER BY id
    ON CONFLICT DO NOTHING
"""
"""The statement that makes an entity of each of them."""

RANK = Table(
    "load_rank",
    _metadata,
    Column("fact_id", BigInt, primary_key=True),
    Column("subject_rank", Integer, nullable=False),
    Column("object_rank", Integer),
    prefixes=_TEMPORARY,
)
"""The number of each fact among those of its subject, or object, and predicate."""


def _ranking() -> Insert:
    """Return the statement that fills ``RANK``."""
    columns = ("subject_id", "object_id", "predicate", "text_order")
    facts = (
        select(LINE.c.fact_id, *(func.min(LINE.c[name]).label(name) for name in columns))
        .group_by(LINE.c.fact_id)
        .subquery()
        .c
    )
    order = (facts.text_order, facts.fact_id)
    by_subject, by_object = (
        func.row_number().over(partition_by=(side, facts.predicate), order_by=order)
        for side in (facts.subject_id, facts.object_id)
    )
    ranked = select(
        facts.fact_id, by_subject, case((facts.object_id.is_not(None), by_object), else_=None)
    )
    return insert(RANK).from_select(["fact_id", "subject_rank", "object_rank"], ranked)


RANKING = _ranking()


def found_table(dialect: str) -> Table:
    """Return the table of what finds each record, until all are known and can be ranked."""
    index = (
        [Column(field, Text, nullable=False) for field in FIELDS]
        if dialect == "sqlite"
        else [Column("tokens", TSVECTOR, nullable=False)]
    )
    return Table(
        "load_found",
        MetaData(),
        Column("entity_id", BigInt, primary_key=True),
        Column("words", SmallInteger, nullable=False),
        Column("name_key", Text, nullable=False),
        Column("exact_key", Text, nullable=False),
        Column("passages", Text, nullable=False),
        *index,
        prefixes=_TEMPORARY,
    )


_subject, _object, _speaker, _document = (alias(Entity.__table__) for _ in range(4))  # type: ignore[attr-defined]
_LINES = (
    select(
        LINE.c.number,
        LINE.c.kind,
        LINE.c.slug,
        LINE.c.subject_id,
        _subject.c.name,
        LINE.c.predicate,
        LINE.c.fact_id,
        LINE.c.value,
        LINE.c.object_id,
        _object.c.kind,
        _object.c.slug,
        _object.c.name,
        LINE.c.attributed_to_id,
        _speaker.c.slug,
        _speaker.c.name,
        LINE.c.support,
        LINE.c.reason,
        LINE.c.text_order,
        LINE.c.evidence,
        _document.c.name,
        RANK.c.subject_rank,
        RANK.c.object_rank,
    )
    .outerjoin_from(LINE, _subject, _subject.c.id == LINE.c.subject_id)
    .outerjoin(_object, _object.c.id == LINE.c.object_id)
    .outerjoin(_speaker, _speaker.c.id == LINE.c.attributed_to_id)
    .outerjoin(_document, _document.c.id == LINE.c.document_id)
    .outerjoin(RANK, RANK.c.fact_id == LINE.c.fact_id)
)


def of_records(connection: Connection, kind: Kind, chunk: int) -> Iterator[list[Values]]:
    """Yield all lines of all records of a kind, about ``chunk`` at once, no record divided."""
    return _chunks(connection, LINE.c.subject_id, chunk, LINE.c.kind == kind)


def of_facts(connection: Connection, chunk: int) -> Iterator[list[Values]]:
    """Yield all lines in the order of the facts' ids, about ``chunk`` at once, none divided."""
    return _chunks(connection, LINE.c.fact_id, chunk)


def _chunks(
    connection: Connection, by: Column[int], chunk: int, *where: ColumnElement[bool]
) -> Iterator[list[Values]]:
    statement = _LINES.where(*where).order_by(by, LINE.c.document, LINE.c.number)
    rows = connection.execute(statement, execution_options={"yield_per": chunk})
    lines: list[Values] = []
    place = Line._fields.index(by.name)
    for _, together in groupby(map(tuple, rows), lambda line: line[place]):
        lines += together
        if len(lines) >= chunk:
            yield lines
            lines = []
    if lines:
        yield lines
