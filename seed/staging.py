"""Staging: tables of the load's own, in which all lines of all documents are put in order."""

import json
import marshal
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    case,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.matching import FIELDS
from app.models.base import BigInt, Text
from app.vocabulary import Kind
from seed.rows import Rows
from seed.statements import Line

# Ids are hashes of 63 bits: by the first of them, 512 parts, much the same in size.
_PART_BITS = 63 - 9
# What marshal writes without looking for what it has written before.
_VERSION = 2

_metadata = MetaData()
_TEMPORARY = ["TEMPORARY"]

LINE = Table(
    "load_line",
    _metadata,
    Column("subject_id", BigInt, nullable=False),
    Column("predicate", Text, nullable=False),
    Column("fact_id", BigInt, nullable=False),
    Column("object_id", BigInt),
    Column("attributed_to_id", BigInt),
    Column("text_order", Text, nullable=False),
    prefixes=_TEMPORARY,
)
"""What the ranks of facts follow from: the lines of all facts files, without what they say."""

PIECE = Table(
    "load_piece",
    _metadata,
    Column("kind", Text, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("lines", LargeBinary, nullable=False),
    Column("records", LargeBinary, nullable=False),
    prefixes=_TEMPORARY,
)
"""The lines themselves twice, packed: by records of a ``kind``, and by facts, which have kind "".

A part is a range of ids. Within it, ``number`` tells the order in which the lines were read.
``records`` are the ids of those that stand in the lines, and of the lines' documents.
"""


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
    # In the order of the key, or SQLite would go back and forth in it.
    ranked = select(
        facts.fact_id, by_subject, case((facts.object_id.is_not(None), by_object), else_=None)
    ).order_by(facts.fact_id)
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


def line_rows(lines: list[Line]) -> Rows:
    """Return the rows of ``LINE`` of some lines."""
    return Rows(
        tuple(LINE.columns.keys()),
        [
            (
                line.subject_id,
                line.predicate,
                line.fact_id,
                line.object_id,
                line.attributed_to_id,
                line.text_order,
            )
            for line in lines
        ],
    )


Packed = tuple[str, int, bytes]
"""The kind of a line's subject, the id of its document, and the line as it is kept."""


def packed(line: Line) -> Packed:
    """Return a line as it is kept."""
    return line.kind, line.evidence[0][0], marshal.dumps(line[:_TOLD], _VERSION)


Named = tuple[Kind, str, str]
"""A record's kind, slug and name."""

_TOLD = Line._fields.index("subject_name")


class Pieces:
    """Gathers lines in the order in which they are read, until there are enough for a piece."""

    def __init__(self) -> None:
        self._number = 0
        self._size = 0
        self._lines: dict[tuple[str, int], list[bytes]] = {}
        self._records: dict[tuple[str, int], array[int]] = {}

    def add(self, row: tuple[Any, ...], packed: Packed) -> None:
        """Add a line: its row of ``LINE``, and what ``packed`` makes of it."""
        subject_id, _, fact_id, object_id, attributed_to_id, _ = row
        kind, document_id, line = packed
        ids = (subject_id, object_id, attributed_to_id, document_id)
        records = [each for each in ids if each is not None]
        for key in ((kind, subject_id >> _PART_BITS), ("", fact_id >> _PART_BITS)):
            if key not in self._lines:
                self._lines[key], self._records[key] = [], array("q")
            self._lines[key].append(line)
            self._records[key].extend(records)
        self._size += len(line)

    def taken(self, size: int = 0) -> Rows:
        """Return as rows of ``PIECE`` what has been gathered, nothing below a size in bytes."""
        rows = Rows(tuple(PIECE.columns.keys()))
        if self._size >= size:
            for key, lines in self._lines.items():
                records = self._records[key].tobytes()
                piece = marshal.dumps(lines, _VERSION)
                rows.values.append((*key, self._number, len(lines), piece, records))
            self._number += 1
            self._size = 0
            self._lines.clear()
            self._records.clear()
        return rows


class Piece(NamedTuple):
    """What a chunk needs of a row of ``PIECE``."""

    part: int
    size: int
    lines: bytes
    records: bytes


@dataclass(frozen=True)
class Chunk:
    """Some lines, packed, and what they don't tell: which records there are, the ranks of facts."""

    count: int
    pieces: list[bytes]
    records: dict[int, Named]
    ranks: dict[int, tuple[int, int | None]]

    def __len__(self) -> int:
        return self.count

    def lines(self) -> Iterator[Line]:
        """Yield them in the order in which they were read."""
        for piece in self.pieces:
            for line in marshal.loads(piece):  # noqa: S302 (this load wrote it)
                told: Any = marshal.loads(line)  # noqa: S302
                known = Line(*told)
                of_records = (known.subject_id, known.object_id, known.attributed_to_id)
                ranks = self.ranks.get(known.fact_id, (None, None))
                named = [self.records.get(each or 0) for each in of_records]
                yield Line(*told, *(each and each[2] for each in named), *ranks)


def of_records(connection: Connection, kind: Kind, chunk: int) -> Iterator[Chunk]:
    """Yield all lines of all records of a kind, about ``chunk`` at once, no record divided.

    The records of a chunk come before those of the next by their ids.
    """
    return _chunks(connection, kind, chunk)


def of_facts(connection: Connection, chunk: int) -> Iterator[Chunk]:
    """Yield all lines, those of a chunk before the next by the facts' ids, no fact divided."""
    return _chunks(connection, "", chunk)


def _chunks(connection: Connection, kind: str, chunk: int) -> Iterator[Chunk]:
    piece = PIECE.c
    statement = (
        select(piece.part, piece.size, piece.lines, piece.records)
        .where(piece.kind == kind)
        .order_by(piece.part, piece.number)
    )
    rows = connection.execute(statement, execution_options={"yield_per": 100})
    pieces: list[Piece] = []
    for _, together in groupby(map(Piece._make, rows), attrgetter("part")):
        pieces += together
        if sum(each.size for each in pieces) >= chunk:
            yield _chunk(connection, pieces, ranked=not kind)
            pieces = []
    if pieces:
        yield _chunk(connection, pieces, ranked=not kind)


def _chunk(connection: Connection, pieces: list[Piece], *, ranked: bool) -> Chunk:
    ids: set[int] = set()
    for each in pieces:
        ids.update(array("q", each.records))
    start, end = pieces[0].part << _PART_BITS, (pieces[-1].part + 1 << _PART_BITS) - 1
    return Chunk(
        sum(each.size for each in pieces),
        [each.lines for each in pieces],
        _records(connection, ids),
        _ranks(connection, start, end) if ranked else {},
    )


_RECORDS = "SELECT id, kind, slug, name FROM entity WHERE id IN "
_IDS = {
    "sqlite": "(SELECT value FROM json_each(:ids))",
    "postgresql": "(SELECT CAST(value AS bigint) "
    "FROM json_array_elements_text(CAST(:ids AS json)))",
}


def _records(connection: Connection, ids: set[int]) -> dict[int, Named]:
    """Return kind, slug and name of those records that there are, by id."""
    statement = text(_RECORDS + _IDS[connection.dialect.name])
    found = connection.execute(statement, {"ids": json.dumps(list(ids))})
    return {id_: (kind, slug, name) for id_, kind, slug, name in found}


def _ranks(connection: Connection, first: int, last: int) -> dict[int, tuple[int, int | None]]:
    """Return the ranks of the facts with an id from ``first`` to ``last``."""
    statement = select(RANK).where(RANK.c.fact_id.between(first, last))
    return {
        fact_id: (by_subject, by_object)
        for fact_id, by_subject, by_object in connection.execute(statement)
    }
