"""Records: what all documents say of one together, and the rows that follow from it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from app.facts import EVIDENCE_SHOWN, PATH, span
from app.identity import public_fact_id
from app.models.fact import REACHES
from app.references import Json, dump, reference
from app.text import KEY_LENGTH, fold, key
from app.vocabulary import PREDICATES, SUPPORTS, Support
from seed import search
from seed.dates import PartialDate, parse
from seed.errors import SeedError
from seed.files import FACTS, FactLine, read_document
from seed.rows import Row, Rows
from seed.staging import Chunk, Named
from seed.statements import Line, Proof, document_of, place_of

# The predicates whose values are names, in which search looks for slips.
_SPELT = {"name", "also_known_as", "brand"}


@dataclass
class Statement:
    """A fact: the line that says it first, and what the lines of other documents add."""

    line: Line
    support: Support
    reason: str | None
    evidence: list[Proof]

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
            found[line.fact_id] = Statement(line, line.support, line.reason, line.evidence)
            continue
        known.evidence += line.evidence
        if SUPPORTS.index(line.support) < SUPPORTS.index(known.support):
            known.support, known.reason = line.support, line.reason
    return list(found.values())


class Record:
    """All that is said of a record. Raises SeedError where it can't stand together."""

    def __init__(self, root: Path, lines: Sequence[Line]) -> None:
        self._root = root
        self._first = lines[0]
        self.kind = lines[0].kind
        self.id = lines[0].subject_id
        self.statements = statements(lines)
        self._single: dict[str, Statement] = {}
        for statement in self.statements:
            self._check(statement)
        for needed in ("name", "text") if self.kind == "quotation" else ("name",):
            if needed not in self._single:
                raise SeedError(f"lacks a {needed}", self._file(self._first), self._reference())

    @property
    def name(self) -> str:
        """Its name."""
        return self.value("name") or ""

    def one(self, predicate: str) -> Statement | None:
        """Return its fact of a single predicate, if it has one; a document's own before a claim."""
        return self._single.get(predicate)

    def value(self, predicate: str) -> str | None:
        """Return the value of a single predicate."""
        fact = self.one(predicate)
        return fact.line.value if fact else None

    def _check(self, statement: Statement) -> None:
        line = statement.line
        if line.object_id is not None and line.object_name is None:
            reference = self._line(line).object
            raise self._error(line, f"there is no record {reference}")
        if line.attributed_to_id is not None and line.speaker_name is None:
            reference = self._line(line).attributed_to
            raise self._error(line, f"there is no record {reference}")
        if not PREDICATES[line.predicate].single:
            return
        other = self._single.setdefault(line.predicate, statement)
        if other.said != statement.said:
            said = other.line.value or self._line(other.line).object
            raise self._error(line, f"{self._file(other.line)} says «{said}» instead")
        if other.line.attributed_to_id is not None and line.attributed_to_id is None:
            self._single[line.predicate] = statement

    def _reference(self) -> str:
        return f"{self.kind}/{self._first.slug}"

    def _file(self, line: Line) -> Path:
        return self._root / document_of(line.text_order) / FACTS

    def _line(self, line: Line) -> FactLine:
        """Return a line as its author wrote it."""
        document = read_document(self._file(line).parent)
        for kind, slug, facts in document.facts.records():
            if (kind, slug) == (line.kind, line.slug):
                return facts[line.number - 1]
        raise LookupError(line)

    def _error(self, line: Line, message: str) -> SeedError:
        place = place_of(line.kind, line.slug, line.number, line.predicate)
        return SeedError(message, self._file(line), place, self._line(line).quote[0])


@dataclass(frozen=True)
class Records:
    """The rows of some records of one kind; the words of their names; whose part each is."""

    kind: Rows = field(default_factory=Rows)
    found: Rows = field(default_factory=Rows)
    words: set[tuple[str, str]] = field(default_factory=set)
    parents: dict[int, int] = field(default_factory=dict)


def records(root: Path, dialect: str, chunk: Chunk) -> Records:
    """Return what follows from all the lines of some records."""
    made = Records()
    lines = sorted(chunk.lines(), key=attrgetter("subject_id"))
    for _, of_one in groupby(lines, attrgetter("subject_id")):
        record = Record(root, list(of_one))
        made.kind.add([_kind_row(record)])
        found = search.found_row(record.id, record.kind, _passages(record), dialect)
        made.found.add([found])
        made.words.update(
            search.words_of(
                fact.line.value
                for fact in record.statements
                if fact.line.predicate in _SPELT and fact.line.value is not None
            )
        )
        parent = record.one("parent")
        if parent and parent.line.object_id is not None:
            made.parents[record.id] = parent.line.object_id
    return made


@dataclass(frozen=True)
class Facts:
    """The rows of some facts, of their evidence, and by which they are found."""

    fact: Rows = field(default_factory=Rows)
    evidence: Rows = field(default_factory=Rows)
    item: Rows = field(default_factory=Rows)
    fact_search: Rows = field(default_factory=Rows)


def facts(dialect: str, chunk: Chunk) -> Facts:
    """Return what follows from all the lines of some facts."""
    made = Facts()
    for fact in statements(sorted(chunk.lines(), key=attrgetter("fact_id"))):
        made.fact.add([_fact_row(fact)])
        made.evidence.add(_evidence_rows(fact))
        item = dump(_item(fact, chunk.records))
        made.item.add([{"list": PATH, "id": fact.line.fact_id, "text": item}])
        made.fact_search.add([search.fact_row(fact.line.fact_id, _texts(fact), dialect)])
    return made


def _texts(fact: Statement) -> Iterator[str]:
    """Yield what a fact is found by."""
    yield fact.line.subject_name or ""
    yield fact.line.value or fact.line.object_name or ""
    for each in fact.evidence:
        yield each[3]


def _passages(record: Record) -> list[search.Passage]:
    """Return what a record is found by, what tells most first."""
    found: list[search.Passage] = [("name", None, record.name)]
    values: list[search.Passage] = []
    evidence: dict[str, search.Passage] = {}
    for fact in record.statements:
        line = fact.line
        predicate, public_id = PREDICATES[line.predicate], public_fact_id(line.fact_id)
        if line.predicate == "also_known_as":
            found.append((line.predicate, public_id, line.value or ""))
        elif line.value is not None and predicate.value == "text" and line.predicate != "name":
            values.append((line.predicate, public_id, line.value))
        elif line.object_name is not None:
            values.append((line.predicate, public_id, line.object_name))
        if len(evidence) < search.MAX_PASSAGES:
            for each in fact.evidence:
                evidence.setdefault(each[3], ("evidence", public_id, each[3]))
    return [*found, *values, *evidence.values()][: search.MAX_PASSAGES]


def _kind_row(record: Record) -> Row:
    row: Row = {
        "id": record.id,
        "name_key": key(record.name),
        "text_order": min(fact.line.text_order for fact in record.statements),
    }
    for name, predicate in PREDICATES.items():
        if predicate.single and name != "name" and record.kind in predicate.subjects:
            fact = record.one(name)
            if predicate.objects and predicate.value is None:
                row[f"{name}_id"] = fact.line.object_id if fact else None
            elif predicate.value == "integer":
                row[name] = int(fact.line.value) if fact and fact.line.value else None
            elif predicate.value != "edtf":
                row[name] = fact.line.value if fact else None
    match record.kind:
        case "company":
            row["legal_form_key"] = key(row["legal_form"])
        case "person":
            row["position_key"] = key(row["position"])
            row["is_official"] = row["position"] is not None
        case "agreement":
            status = record.one("status")
            row["attributed_to_id"] = status.line.attributed_to_id if status else None
        case "event":
            row |= _date_columns(record, row["date_text"])
    return row


def _date_columns(record: Record, text: str | None) -> Row:
    fact = record.one("date")
    value = record.value("date")
    date = parse(value) if value else PartialDate(None, None, None, 0, 0)
    return {
        "date_edtf": value,
        "date_text": text or (fact.evidence[0][3] if fact else None),
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "date_key": date.first,
        "date_end_key": date.last,
    }


def _fact_row(fact: Statement) -> Row:
    line = fact.line
    folded = fold(line.value or "")
    return {
        "id": line.fact_id,
        "subject_id": line.subject_id,
        "predicate": line.predicate,
        "object_id": line.object_id,
        "value": line.value,
        "value_key": folded if len(folded) <= KEY_LENGTH else "",
        "support": fact.support,
        "attributed_to_id": line.attributed_to_id,
        "reason": fact.reason,
        "text_order": line.text_order,
        "subject_rank": line.subject_rank,
        "object_rank": line.object_rank,
    }


def _item(fact: Statement, records: Mapping[int, Named]) -> Json:
    """Return a fact as lists give it: a ``FactOut`` as plain data."""
    line = fact.line
    return {
        "id": public_fact_id(line.fact_id),
        "subject": reference(*records[line.subject_id]),
        "predicate": line.predicate,
        "value": line.value,
        "object": reference(*records[line.object_id]) if line.object_id else None,
        "support": fact.support,
        "attributed_to": (
            reference(*records[line.attributed_to_id]) if line.attributed_to_id else None
        ),
        "reason": fact.reason,
        "evidence": [
            span(reference(*records[each[0]]), *each[1:]) for each in fact.evidence[:EVIDENCE_SHOWN]
        ],
    }


def _evidence_rows(fact: Statement) -> Iterator[Row]:
    columns = ("document_id", "start", "end", "exact", "prefix", "suffix")
    for rank, each in enumerate(fact.evidence, 1):
        yield {
            "fact_id": fact.line.fact_id,
            "rank": rank,
            "reach": REACHES[bisect_left(REACHES, each[2] - each[1])],
            "predicate": fact.line.predicate,
            **dict(zip(columns, each, strict=True)),
        }
