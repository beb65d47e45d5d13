"""Staging: what a load keeps for itself until it ends, to put all that is said in order."""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Insert,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    select,
    text,
)

from app.domain.vocabulary import Kind, Support
from app.models.base import BigInt, Text
from app.models.search import RANK_GAP
from seed import spool
from seed.extract.statements import EvidenceSpan, Statement
from seed.rows import Row
from seed.spool import LINES, Index, Piece, Pieces, part_of


class Line(NamedTuple):
    """A statement, and the names of the records in it: None where there is none."""

    number: int
    kind: Kind
    slug: str
    subject_id: int
    predicate: str
    fact_id: int
    value: str | None
    object_id: int | None
    attributed_to_id: int | None
    support: Support
    reason: str | None
    text_order: str
    evidence: list[EvidenceSpan]
    subject_name: str | None
    object_name: str | None
    speaker_name: str | None


_metadata = MetaData()
_TEMPORARY = ["TEMPORARY"]

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

TIE = Table(
    "load_tie",
    _metadata,
    Column("fact_id", BigInt, nullable=False),
    Column("object_id", BigInt, nullable=False),
    Column("predicate", Text, nullable=False),
    Column("text_order", Text, nullable=False),
    prefixes=_TEMPORARY,
)
"""The facts that have an object, until all are known and can be ranked."""

RANK = Table(
    "load_rank",
    _metadata,
    Column("fact_id", BigInt, primary_key=True),
    Column("object_rank", Integer, nullable=False),
    prefixes=_TEMPORARY,
)
"""The number of each of them among those of its object and predicate."""


def tie_row(line: Line) -> Row:
    """Return the row of ``TIE`` of a line that says a fact first."""
    return {
        "fact_id": line.fact_id,
        "object_id": line.object_id,
        "predicate": line.predicate,
        "text_order": line.text_order,
    }


def _ranking() -> Insert:
    """Return the statement that fills ``RANK``."""
    tie = TIE.c
    rank = func.row_number().over(
        partition_by=(tie.object_id, tie.predicate), order_by=(tie.text_order, tie.fact_id)
    )
    # In the order of the key, or SQLite would go back and forth in it.
    ranked = select(tie.fact_id, rank).order_by(tie.fact_id)
    return insert(RANK).from_select(["fact_id", "object_rank"], ranked)


RANKING = _ranking()


def ranks(connection: Connection, first: int, last: int) -> dict[int, int]:
    """Return the ranks of the facts with an id from ``first`` to ``last`` that have an object."""
    statement = select(RANK.c.fact_id, RANK.c.object_rank).where(
        RANK.c.fact_id.between(first, last)
    )
    return {row.fact_id: row.object_rank for row in connection.execute(statement).all()}


FINDING = Table(
    "load_found",
    _metadata,
    Column("words", Integer, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("entity_id", BigInt, nullable=False),
    Column("process", Integer, nullable=False),
    Column("offset", BigInt, nullable=False),
    Column("size", Integer, nullable=False),
    prefixes=_TEMPORARY,
)
"""What search ranks each record by, and where the row that finds it stands."""

RANKED = Table(
    "load_ranked",
    _metadata,
    Column("rank", BigInt, primary_key=True),
    *(Column(each.name, each.type, nullable=False) for each in list(FINDING.c)[3:]),
    prefixes=_TEMPORARY,
)
"""The number of each of them."""


def _entity_ranking() -> Insert:
    """Return the statement that fills ``RANKED``."""
    found = FINDING.c
    rank = func.row_number().over(order_by=(found.words, found.name_key, found.entity_id))
    ranked = select(rank, found.process, found.offset, found.size)
    return insert(RANKED).from_select([each.name for each in RANKED.c], ranked)


ENTITY_RANKING = _entity_ranking()


def put_found(folder: Path, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Put rows that find records aside, each by itself; return the rows of ``FINDING``.

    They begin with what search ranks records by.
    """
    pieces = spool.put(folder, dict(enumerate(rows)), lambda _: 1)
    return [(*row[:3], *piece[1:]) for row, (_, piece) in zip(rows, pieces, strict=True)]


def found_rows(connection: Connection, folder: Path, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all rows that find records, each with its rank before it, so many at once."""
    place = RANKED.c
    first = 1
    while True:
        some = place.rank.between(first, first + size - 1)
        ranked = connection.execute(select(RANKED).where(some).order_by(place.rank)).all()
        if not ranked:
            return
        rows = spool.take(folder, [Piece(1, *each[1:]) for each in ranked])
        yield [(each.rank * RANK_GAP, *row) for each, row in zip(ranked, rows, strict=True)]
        first += size


Named = tuple[Kind, str, str]
"""A record's kind, slug and name."""

_Part = tuple[Kind, int]
_RECORDS_IN = [
    Statement._fields.index(name) for name in ("subject_id", "object_id", "attributed_to_id")
]


@dataclass
class Spooled:
    """Where the lines of some documents stand, by kind and part of their subjects' ids.

    ``records`` are the ids of the records in them, and of the lines' documents.
    """

    lines: Pieces[_Part]
    records: Pieces[_Part]


def spooled(folder: Path, lines: Iterable[Statement]) -> Spooled:
    """Put lines aside, as they are known so far."""
    parts: dict[_Part, list[tuple[Any, ...]]] = {}
    records: dict[_Part, array[int]] = {}
    for line in lines:
        part = line.kind, part_of(line.subject_id)
        parts.setdefault(part, []).append(tuple(line))
        ids = (line.subject_id, line.object_id, line.attributed_to_id, line.evidence[0][0])
        records.setdefault(part, array("q")).extend([id_ for id_ in ids if id_ is not None])
    return Spooled(
        spool.put(folder / LINES, parts),
        spool.put(folder / LINES, {part: ids.tobytes() for part, ids in records.items()}),
    )


@dataclass(frozen=True)
class Chunk:
    """Where all lines of some records stand, and which records are named in them, by id."""

    kind: Kind
    pieces: list[Piece]
    records: dict[int, Named]

    def __len__(self) -> int:
        return sum(piece.things for piece in self.pieces)

    def lines(self, folder: Path) -> Iterator[Line]:
        """Yield the lines, in the order in which they were read."""
        records = self.records
        for lines in spool.take(folder / LINES, self.pieces):
            for told in lines:
                named = [records.get(told[place] or 0) for place in _RECORDS_IN]
                yield Line(*told, *(each and each[2] for each in named))


@dataclass
class Lines:
    """All lines that were put aside."""

    _lines: Index[_Part] = field(default_factory=Index)
    _records: Index[_Part] = field(default_factory=Index)

    @property
    def count(self) -> int:
        """How many there are."""
        return self._lines.count

    def add(self, spooled: Spooled) -> None:
        """Add some."""
        self._lines.add(spooled.lines)
        self._records.add(spooled.records)

    def of_records(
        self, connection: Connection, folder: Path, kinds: Iterable[Kind], size: int
    ) -> Iterator[Chunk]:
        """Yield all lines of all records of some kinds, about ``size`` at once.

        A chunk has records of one kind, whole, and all that come before those of the next by id.
        """
        for kind in kinds:
            for some in self._lines.together(((kind, part) for part in spool.PARTS), size):
                ids: set[int] = set()
                for each in spool.take(folder / LINES, self._records.of(some)):
                    ids.update(array("q", each))
                yield Chunk(kind, self._lines.of(some), named_records(connection, ids))


_RECORDS = "SELECT id, kind, slug, name FROM entity WHERE id IN "
_IDS = {
    "sqlite": "(SELECT value FROM json_each(:ids))",
    "postgresql": "(SELECT CAST(value AS bigint) "
    "FROM json_array_elements_text(CAST(:ids AS json)))",
}


def named_records(connection: Connection, ids: set[int]) -> dict[int, Named]:
    """Return kind, slug and name of those records that there are, by id."""
    statement = text(_RECORDS + _IDS[connection.dialect.name])
    found = connection.execute(statement, {"ids": json.dumps(list(ids))}).all()
    return {id_: (kind, slug, name) for id_, kind, slug, name in found}
