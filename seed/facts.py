"""Facts: what the lines of all documents say as one, and the rows that follow from it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection

from app.domain.ids import public_fact_id
from app.domain.json import Json
from app.domain.text import KEY_LENGTH, fold
from app.domain.vocabulary import SUPPORTS, Support
from app.models import metadata
from app.models.fact import LENGTH_CLASSES
from app.schemas.facts import FACTS_PATH, MAX_EVIDENCE, MAX_PER_PREDICATE, evidence_item
from app.schemas.refs import ref
from seed import spool
from seed.extract.statements import EvidenceSpan
from seed.rows import CHUNK, Rows, store
from seed.spool import Index, part_of
from seed.staging import Line, Named

RowT = tuple[Any, ...]


@dataclass
class Statement:
    """A fact: the line that says it first, and what the lines of other documents add."""

    line: Line
    support: Support
    reason: str | None
    evidence: list[EvidenceSpan]
    lines: list[Line] = field(default_factory=list)

    @property
    def said(self) -> tuple[str | None, int | None]:
        """Its value, or the record that is its object."""
        return self.line.value, self.line.object_id


def statements(lines: Iterable[Line]) -> list[Statement]:
    """Return the facts that some lines say, in the order of the lines; the best support wins."""
    found: dict[int, Statement] = {}
    for line in lines:
        known = found.get(line.fact_id)
        if known is None:
            evidence = list(line.evidence)
            found[line.fact_id] = Statement(line, line.support, line.reason, evidence, [line])
            continue
        known.evidence += line.evidence
        known.lines.append(line)
        if SUPPORTS.index(line.support) < SUPPORTS.index(known.support):
            known.support, known.reason = line.support, line.reason
    return list(found.values())


class FactRows(NamedTuple):
    """The rows of some facts, and their items in the same order."""

    fact: list[RowT]
    item: list[RowT]


COLUMNS = {
    "fact": (
        "id",
        "subject_id",
        "predicate",
        "object_id",
        "value",
        "value_key",
        "support",
        "attributed_to_id",
        "reason",
        "text_order",
        "subject_head",
        "object_head",
    ),
    "evidence": (
        "fact_id",
        "text_order",
        "start",
        "end",
        "document_id",
        "support",
        "reason",
        "length_class",
        "predicate",
        "exact",
        "prefix",
        "suffix",
    ),
    "item": ("list", "id", "text"),
}
_OBJECT_ID = COLUMNS["fact"].index("object_id")


def parts_of(
    facts: Sequence[Statement], records: Mapping[int, Named]
) -> tuple[dict[int, tuple[list[RowT], ...]], dict[int, list[RowT]]]:
    """Return the rows of all facts of some records and of their evidence, by parts of facts' ids.

    How a fact ranks among those of its object, the facts of these records alone don't tell.
    """
    parts: dict[int, FactRows] = {}
    evidence: dict[int, list[RowT]] = {}
    ranks: Counter[tuple[int, str]] = Counter()
    for fact in sorted(facts, key=lambda fact: (fact.line.text_order, fact.line.fact_id)):
        line = fact.line
        ranks[line.subject_id, line.predicate] += 1
        part = part_of(line.fact_id)
        rows = parts.get(part)
        if rows is None:
            rows = parts[part] = FactRows([], [])
            evidence[part] = []
        rows.fact.append(_fact_row(fact, ranks[line.subject_id, line.predicate]))
        rows.item.append((FACTS_PATH, line.fact_id, to_json(fact_item(fact, records))))
        evidence[part].extend(_evidence_rows(fact))
    return {part: tuple(rows) for part, rows in parts.items()}, evidence


def together(pieces: Iterable[Sequence[list[RowT]]], object_ranks: Mapping[int, int]) -> FactRows:
    """Return all rows of some parts in the order of the facts' ids, with the heads of objects."""
    made = FactRows([], [])
    for piece in pieces:
        for rows, more in zip(made, piece, strict=True):
            rows.extend(more)
    made.fact[:] = [
        row if row[_OBJECT_ID] is None else (*row[:-1], object_ranks[row[0]] <= MAX_PER_PREDICATE)
        for row in made.fact
    ]
    for rows, place in zip(made, (0, 1), strict=True):
        rows.sort(key=itemgetter(place))
    return made


def fill_evidence(connection: Connection, folder: Path, index: Index[int]) -> None:
    """Fill the table of evidence, which is empty, with the rows that were put aside."""
    for _, pieces in spool.take_in_order(folder / spool.EVIDENCE, index, CHUNK):
        # They have their key in front.
        rows = sorted(chain.from_iterable(pieces))
        store(connection, metadata.tables["evidence"], Rows(COLUMNS["evidence"], rows))


def texts_of(fact: Statement) -> list[str]:
    """Return what a fact is found by."""
    said = fact.line.value or fact.line.object_name or ""
    return [fact.line.subject_name or "", said, *(each[3] for each in fact.evidence)]


def _fact_row(fact: Statement, rank: int) -> RowT:
    line = fact.line
    folded = fold(line.value or "")
    return (
        line.fact_id,
        line.subject_id,
        line.predicate,
        line.object_id,
        line.value,
        folded if len(folded) <= KEY_LENGTH else "",
        fact.support,
        line.attributed_to_id,
        fact.reason,
        line.text_order,
        rank <= MAX_PER_PREDICATE,
        False,
    )


def fact_item(fact: Statement, records: Mapping[int, Named]) -> Json:
    """Return a fact as lists give it: a ``FactOut`` as plain data."""
    line = fact.line
    return {
        "id": public_fact_id(line.fact_id),
        "subject": ref(*records[line.subject_id]),
        "predicate": line.predicate,
        "value": line.value,
        "object": ref(*records[line.object_id]) if line.object_id else None,
        "support": fact.support,
        "attributed_to": (ref(*records[line.attributed_to_id]) if line.attributed_to_id else None),
        "reason": fact.reason,
        "evidence": [
            evidence_item(ref(*records[each[0]]), each[1:3], *each[3:])
            for each in fact.evidence[:MAX_EVIDENCE]
        ],
    }


def _evidence_rows(fact: Statement) -> Iterator[RowT]:
    fact_id, predicate = fact.line.fact_id, fact.line.predicate
    for line in fact.lines:
        for document_id, start, end, *texts in line.evidence:
            length_class = LENGTH_CLASSES[bisect_left(LENGTH_CLASSES, end - start)]
            span = (fact_id, line.text_order, start, end, document_id, line.support, line.reason)
            yield (*span, length_class, predicate, *texts)
