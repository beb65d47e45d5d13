"""Records: the typed row of each, and the passages by which search finds it, made of its facts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.ids import public_fact_id
from app.domain.text import key
from app.domain.vocabulary import PREDICATES, Kind
from seed.extract.edtf import PartialDate, parse
from seed.extract.statements import reading_position
from seed.transform.facts import FactRow, Names
from seed.transform.search_rows import (
    MAX_PASSAGES,
    EntryRow,
    Passage,
    check_record,
    document_passages,
    entry_row,
)

Row = dict[str, Any]
Texts = Mapping[int, Sequence[str]]
"""The distinct texts of the spans of facts, in reading order, by the facts' keys."""


@dataclass(frozen=True)
class RecordBatch:
    """Records, and the first facts of each predicate of theirs; picklable.

    ``names`` has the records themselves and the objects of their facts.
    """

    ids: list[int]
    facts: list[FactRow]
    texts: Texts
    names: Names


@dataclass(frozen=True)
class ProjectedRecords:
    """The typed rows of some records by kind, their search entries, and those too large for it."""

    rows: dict[Kind, list[Row]]
    entries: list[EntryRow]
    errors: list[tuple[int, str]]


class Record:
    """All that is said of a record, in the order of its statements."""

    def __init__(self, id_: int, facts: Iterable[FactRow], texts: Texts, names: Names) -> None:
        self.id = id_
        self.kind, self.slug, self.name = names[id_]
        self.facts = sorted(facts, key=lambda fact: reading_position(fact.text_order))
        self.texts = texts
        self.names = names
        self._single: dict[str, FactRow] = {}
        for fact in self.facts:
            known = self._single.setdefault(fact.predicate, fact)
            # A document's own words come before a claim.
            if known.attributed_to_id is not None and fact.attributed_to_id is None:
                self._single[fact.predicate] = fact

    def one(self, predicate: str) -> FactRow | None:
        """Return the fact of a single predicate, None without one."""
        return self._single.get(predicate)

    def value(self, predicate: str) -> str | None:
        """Return the value of a single predicate."""
        fact = self.one(predicate)
        return fact.value if fact else None

    def object_id(self, predicate: str) -> int | None:
        """Return the object of a single predicate."""
        fact = self.one(predicate)
        return fact.object_id if fact else None


def project_records(dialect: str, batch: RecordBatch) -> ProjectedRecords:
    """Return the typed rows and search entries of records."""
    facts: dict[int, list[FactRow]] = defaultdict(list)
    for fact in batch.facts:
        facts[fact.subject_id].append(fact)
    projected = ProjectedRecords(defaultdict(list), [], [])
    for id_ in batch.ids:
        record = Record(id_, facts[id_], batch.texts, batch.names)
        projected.rows[record.kind].append(kind_row(record))
        found = passages(record)
        try:
            check_record(record.kind, found)
            projected.entries.append(entry_row(id_, record.kind, found, dialect))
        except ValueError as error:
            projected.errors.append((id_, str(error)))
    return projected


def project_documents(dialect: str, documents: Iterable[tuple[int, str, str]]) -> list[EntryRow]:
    """Return the search entries of documents, each given by key, title and text."""
    return [
        entry_row(id_, "document", document_passages(title, text), dialect)
        for id_, title, text in documents
    ]


def passages(record: Record) -> list[Passage]:
    """Return the passages by which a record is found: names, then values, then evidence."""
    names: list[Passage] = [("name", None, record.name)]
    values: list[Passage] = []
    evidence: dict[str, Passage] = {}
    for fact in record.facts:
        predicate, public_id = PREDICATES[fact.predicate], public_fact_id(fact.id)
        if fact.predicate in {"also_known_as", "printed_as"}:
            names.append((fact.predicate, public_id, fact.value or ""))
        elif fact.value is not None and predicate.value == "text" and fact.predicate != "name":
            values.append((fact.predicate, public_id, fact.value))
        elif fact.object_id is not None:
            values.append((fact.predicate, public_id, record.names[fact.object_id][2]))
        if len(evidence) < MAX_PASSAGES:
            for text in record.texts.get(fact.id, ()):
                evidence.setdefault(text, ("evidence", public_id, text))
    return [*names, *values, *evidence.values()][:MAX_PASSAGES]


def kind_row(record: Record) -> Row:
    """Return the row of a record in the table of its kind."""
    row: Row = {
        "id": record.id,
        "name_key": key(record.name),
        "text_order": min(fact.text_order for fact in record.facts),
    }
    for name, predicate in PREDICATES.items():
        if predicate.single and name != "name" and record.kind in predicate.subjects:
            if predicate.objects and predicate.value is None:
                row[f"{name}_id"] = record.object_id(name)
            elif predicate.value == "integer":
                value = record.value(name)
                row[name] = int(value) if value else None
            else:
                row[name] = record.value(name)
    return row | _DERIVED.get(record.kind, _nothing)(record, row)


def _nothing(_record: Record, _row: Row) -> Row:
    return {}


def _company(_record: Record, row: Row) -> Row:
    return {"legal_form_key": key(row["legal_form"])}


def _person(_record: Record, row: Row) -> Row:
    return {"position_key": key(row["position"]), "is_official": row["position"] is not None}


def _agreement(record: Record, _row: Row) -> Row:
    status = record.one("status")
    return {"attributed_to_id": status.attributed_to_id if status else None}


def _event(record: Record, row: Row) -> Row:
    fact = record.one("date")
    date = parse(row["date"]) if row["date"] else PartialDate(None, None, None, 0, 0)
    return {
        "date_text": row["date_text"] or (record.texts[fact.id][0] if fact else None),
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "date_key": date.first,
        "date_end_key": date.last,
    }


_DERIVED: dict[Kind, Callable[[Record, Row], Row]] = {
    "company": _company,
    "person": _person,
    "agreement": _agreement,
    "event": _event,
}
