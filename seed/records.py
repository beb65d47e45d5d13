"""Records: what all documents say of one together, and the rows that follow from it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from app.domain.ids import public_fact_id
from app.domain.text import key
from app.domain.vocabulary import PREDICATES, Kind
from seed import search, spool
from seed.errors import SeedError
from seed.extract.edtf import PartialDate, parse
from seed.extract.facts_file import FactLine, Place, line_at
from seed.extract.files import find_facts_file, read_document
from seed.extract.statements import document_of, error_at
from seed.facts import Statement, parts_of, statements, texts_of
from seed.rows import Row, Rows
from seed.spool import Piece, Pieces, part_of
from seed.staging import Chunk, Line, tie_row

# The predicates whose values are names, in which search looks for slips.
_SPELT = {"name", "also_known_as", "brand"}


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

    def check_tokens(self, passages: list[search.Passage]) -> None:
        """Raise SeedError where it, or a fact of it, has more words than search can index."""
        for fact in self.statements:
            try:
                search.check_fact(texts_of(fact))
            except ValueError as error:
                raise self._error(fact.line, str(error)) from error
        try:
            search.check_record(self.kind, passages)
        except ValueError as error:
            raise SeedError(str(error), self._file(self._first), self._reference()) from error

    def _reference(self) -> str:
        return f"{self.kind}/{self._first.slug}"

    def _file(self, line: Line) -> Path:
        return find_facts_file(self._root / document_of(line.text_order))

    def _line(self, line: Line) -> FactLine:
        """Return a line as its author wrote it."""
        place = Place(line.kind, line.slug, line.number)
        return line_at(read_document(self._file(line).parent).facts, place)

    def _error(self, line: Line, message: str) -> SeedError:
        document = read_document(self._file(line).parent)
        return error_at(document, Place(line.kind, line.slug, line.number), message)


@dataclass(frozen=True)
class Records:
    """What follows from all that is said of some records of one kind.

    The rows of themselves, and of the facts with an object; whose part each is, and where that is
    said; where the rows of their facts and evidence stand, the passages and words that find them,
    and the rows that find their facts.
    """

    kind: Kind
    rows: Rows
    ties: Rows
    parents: dict[int, tuple[int, str]]
    facts: Pieces[int]
    evidence: Pieces[int]
    passages: Piece
    words: Piece
    found_facts: Pieces[int]


def records(root: Path, folder: Path, dialect: str, chunk: Chunk) -> Records:
    """Return what follows from all the lines of some records; put most of it aside."""
    rows, ties = Rows(), Rows()
    parents: dict[int, tuple[int, str]] = {}
    said: list[Statement] = []
    found: list[search.Found] = []
    found_facts: dict[int, list[tuple[int, bytes]]] = {}
    words: Counter[tuple[str, str]] = Counter()
    lines = sorted(chunk.lines(folder), key=attrgetter("subject_id"))
    for _, of_one in groupby(lines, attrgetter("subject_id")):
        record = Record(root, list(of_one))
        said += record.statements
        rows.add([_kind_row(record)])
        passages = _passages(record)
        record.check_tokens(passages)
        found.append((record.id, record.kind, passages))
        for fact in record.statements:
            if fact.line.predicate in _SPELT and fact.line.value is not None:
                words.update(set(search.words_of([fact.line.value])))
        parent = record.one("parent")
        if parent and parent.line.object_id is not None:
            parents[record.id] = parent.line.object_id, parent.line.text_order
    for fact in said:
        id_ = fact.line.fact_id
        row = search.fact_row(id_, texts_of(fact), dialect)
        found_facts.setdefault(part_of(id_), []).append(row)
    ties.add(tie_row(fact.line) for fact in said if fact.line.object_id is not None)
    fact_rows, evidence_rows = parts_of(said, chunk.records)
    return Records(
        chunk.kind,
        rows,
        ties,
        parents,
        spool.put_in_order(folder / spool.FACTS, fact_rows, lambda rows: len(rows[0])),
        spool.put_in_order(folder / spool.EVIDENCE, evidence_rows),
        spool.put_whole(folder / spool.PASSAGES, found),
        spool.put_whole(folder / spool.WORDS, sorted(words.items())),
        spool.put_in_order(folder / spool.FOUND_FACTS, found_facts),
    )


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
