"""The dataset: what all the documents say together, checked, as rows for the tables."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from app.coverage import sentences
from app.identity import entity_id, public_fact_id, stable_id
from app.spans import CONTEXT, Span, locate
from app.text import KEY_LENGTH, fold, key
from app.vocabulary import PREDICATES, SUPPORTS, TYPES, Kind, Predicate, Support
from seed import search
from seed.dates import PartialDate, parse
from seed.errors import SeedError
from seed.files import KINDS, FactLine, SourceDocument

Row = dict[str, Any]

# The predicates whose values are names, in which search looks for slips.
_SPELT = {"name", "also_known_as", "brand"}


@dataclass
class Statement:
    """One fact with all its evidence; ``number`` is its place in the record where it came first."""

    id: int
    subject: "Record"
    predicate: str
    value: str | None
    object: "Record | None"
    attributed_to: "Record | None"
    support: Support
    reason: str | None
    source: SourceDocument
    number: int
    evidence: set[tuple[str, Span]] = field(default_factory=set)

    def first_exact(self, documents: dict[str, SourceDocument]) -> str:
        """Return the words of the first span."""
        slug, span = min(self.evidence)
        return documents[slug].text[span.start : span.end]


@dataclass
class Record:
    """An entity, with the facts about it."""

    kind: Kind
    slug: str
    facts: list[Statement] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The entity's key."""
        return entity_id(self.kind, self.slug)

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"

    def one(self, predicate: str) -> Statement | None:
        """Return its fact of a single predicate, if it has one; a document's own before a claim."""
        facts = [fact for fact in self.facts if fact.predicate == predicate]
        return min(facts, key=lambda fact: fact.attributed_to is not None, default=None)

    @property
    def name(self) -> str:
        """Its name; every record has one once the dataset is checked."""
        fact = self.one("name")
        return (fact and fact.value) or ""


class Dataset:
    """All records and facts of some documents. Raises SeedError where they can't stand together."""

    def __init__(self, documents: Sequence[SourceDocument]) -> None:
        self.documents = {document.slug: document for document in documents}
        self.records: dict[str, Record] = {}
        self.facts: dict[int, Statement] = {}
        for document in documents:
            for kind, slug, _ in document.facts.records():
                self.records.setdefault(f"{kind}/{slug}", Record(kind, slug))
        for document in documents:
            for kind, slug, lines in document.facts.records():
                for number, line in enumerate(lines, 1):
                    self._add(document, self.records[f"{kind}/{slug}"], number, line)
        for document in documents:
            for kind, slug, _ in document.facts.records():
                self._check(document, self.records[f"{kind}/{slug}"])

    def _add(self, document: SourceDocument, record: Record, number: int, line: FactLine) -> None:
        place = f"{record}, fact {number} ({line.predicate})"
        quote = line.quote[0]
        try:
            fact = self._statement(document, record, number, line)
            for quote in line.quote:
                fact.evidence.add((document.slug, locate(document.text, quote, line.within)))
            self._merge(fact)
        except ValueError as error:
            raise SeedError(str(error), file=document.file, record=place, quote=quote) from error

    def _statement(
        self, document: SourceDocument, record: Record, number: int, line: FactLine
    ) -> Statement:
        """Return what a line says, without its evidence; raise ValueError where it can't."""
        predicate = _predicate(record, line)
        target = self._refer(line.object)
        speaker = self._refer(line.attributed_to)
        if target and target.kind not in predicate.objects:
            raise ValueError(f"{target} is not one of: {', '.join(predicate.objects)}")
        if target and predicate.same_kind and target.kind != record.kind:
            raise ValueError(f"{target} is no {record.kind}")
        if speaker and speaker.kind != "person":
            raise ValueError(f"{speaker} is not a person, so nothing can be attributed to it")
        if predicate.verbatim and line.support == "stated" and not _is_printed(line):
            raise ValueError(f"«{line.value}» doesn't stand in the quote letter for letter")
        if line.support == "inferred" and not line.reason:
            raise ValueError("what is inferred needs its reason")
        said = ("object", str(target)) if target else ("value", str(line.value))
        return Statement(
            id=stable_id("fact", str(record), line.predicate, *said, str(speaker or "")),
            subject=record,
            predicate=line.predicate,
            value=line.value,
            object=target,
            attributed_to=speaker,
            support=line.support,
            reason=line.reason,
            source=document,
            number=number,
        )

    def _merge(self, fact: Statement) -> None:
        """Add a fact, or its evidence to the same fact of another document."""
        known = self.facts.setdefault(fact.id, fact)
        if known is not fact:
            if known.source is fact.source:
                raise ValueError("the same fact stands here twice")
            if SUPPORTS.index(fact.support) < SUPPORTS.index(known.support):
                known.support, known.reason = fact.support, fact.reason
            known.evidence |= fact.evidence
            return
        other = fact.subject.one(fact.predicate)
        is_other = other and (other.value, other.object) != (fact.value, fact.object)
        if other and is_other and PREDICATES[fact.predicate].single:
            said = other.value or str(other.object)
            raise ValueError(f"{other.source.file} says «{said}» instead")
        fact.subject.facts.append(fact)

    def _refer(self, reference: str | None) -> Record | None:
        if reference is None:
            return None
        if reference not in self.records:
            raise ValueError(f"there is no record {reference}")
        return self.records[reference]

    def _check(self, document: SourceDocument, record: Record) -> None:
        for needed in ("name", "text") if record.kind == "quotation" else ("name",):
            if record.one(needed) is None:
                raise SeedError(f"lacks a {needed}", file=document.file, record=str(record))
        seen = {record.id}
        parent = record.one("parent")
        while parent and parent.object:
            if parent.object.id in seen:
                raise SeedError("is part of itself", file=document.file, record=str(record))
            seen.add(parent.object.id)
            parent = parent.object.one("parent")

    def rows(self) -> dict[str, list[Row]]:
        """Return the rows of every table but the revision's, in a stable order."""
        kinds: dict[str, list[Row]] = defaultdict(list)
        entities = []
        for record in sorted(self.records.values(), key=str):
            entities.append(_entity(record.kind, record.slug, record.name))
            kinds[record.kind].append(self._kind_row(record))
        for document in self.documents.values():
            entities.append(_entity("document", document.slug, document.metadata.title))
            kinds["document"].append(_document_row(document))
        facts = sorted(self.facts.values(), key=lambda fact: (min(fact.evidence), fact.id))
        return {
            "entity": entities,
            **{kind: kinds[kind] for kind in (*KINDS.values(), "document")},
            "fact": _ranked([_fact_row(fact) for fact in facts]),
            "evidence": list(chain.from_iterable(map(self._evidence_rows, facts))),
            **self._search_rows(),
        }

    def _search_rows(self) -> dict[str, list[Row]]:
        records = [
            *((record.id, record.kind, self._passages(record)) for record in self.records.values()),
            *map(_document_found, self.documents.values()),
        ]
        facts = sorted(self.facts.values(), key=lambda fact: fact.id)
        names = [
            fact.value for fact in facts if fact.predicate in _SPELT and fact.value is not None
        ]
        return {
            **search.entity_rows(records),
            "fact_search": [search.fact_row(fact.id, self._texts(fact)) for fact in facts],
            "spelling": search.spelling_rows(names),
        }

    def _texts(self, fact: Statement) -> Iterator[str]:
        """Yield what a fact is found by."""
        yield fact.subject.name
        yield fact.value or (fact.object.name if fact.object else "")
        for slug, span in fact.evidence:
            yield self.documents[slug].text[span.start : span.end]

    def _passages(self, record: Record) -> list[search.Passage]:
        """Return what a record is found by, what tells most first."""
        found: list[search.Passage] = [("name", None, record.name)]
        values: list[search.Passage] = []
        evidence: dict[str, search.Passage] = {}
        for fact in record.facts:
            predicate, public_id = PREDICATES[fact.predicate], public_fact_id(fact.id)
            if fact.predicate == "also_known_as":
                found.append((fact.predicate, public_id, fact.value or ""))
            elif fact.value is not None and predicate.value == "text" and fact.predicate != "name":
                values.append((fact.predicate, public_id, fact.value))
            elif fact.object is not None:
                values.append((fact.predicate, public_id, fact.object.name))
            for slug, span in sorted(fact.evidence):
                text = self.documents[slug].text[span.start : span.end]
                evidence.setdefault(text, ("evidence", public_id, text))
        return [*found, *values, *evidence.values()][: search.MAX_PASSAGES]

    def _kind_row(self, record: Record) -> Row:
        row: Row = {
            "id": record.id,
            "name_key": key(record.name),
            "text_order": min(_text_order(fact) for fact in record.facts),
        }
        for name, predicate in PREDICATES.items():
            if predicate.single and name != "name" and record.kind in predicate.subjects:
                fact = record.one(name)
                if predicate.objects and predicate.value is None:
                    row[f"{name}_id"] = fact.object.id if fact and fact.object else None
                elif predicate.value == "integer":
                    row[name] = int(fact.value) if fact and fact.value else None
                elif predicate.value != "edtf":
                    row[name] = fact.value if fact else None
        match record.kind:
            case "company":
                row["legal_form_key"] = key(row["legal_form"])
            case "person":
                row["position_key"] = key(row["position"])
                row["is_official"] = row["position"] is not None
            case "agreement":
                status = record.one("status")
                speaker = status.attributed_to if status else None
                row["attributed_to_id"] = speaker.id if speaker else None
            case "event":
                row |= self._date_columns(record, row["date_text"])
        return row

    def _date_columns(self, record: Record, text: str | None) -> Row:
        fact = record.one("date")
        date = parse(fact.value) if fact and fact.value else PartialDate(None, None, None, 0, 0)
        return {
            "date_edtf": fact.value if fact else None,
            "date_text": text or (fact.first_exact(self.documents) if fact else None),
            "year": date.year,
            "month": date.month,
            "day": date.day,
            "date_key": date.first,
            "date_end_key": date.last,
        }

    def _evidence_rows(self, fact: Statement) -> Iterator[Row]:
        for rank, (slug, span) in enumerate(sorted(fact.evidence), 1):
            text = self.documents[slug].text
            yield {
                "rank": rank,
                "fact_id": fact.id,
                "document_id": entity_id("document", slug),
                "start": span.start,
                "end": span.end,
                "exact": text[span.start : span.end],
                "prefix": text[max(0, span.start - CONTEXT) : span.start],
                "suffix": text[span.end : span.end + CONTEXT],
            }


def _predicate(record: Record, line: FactLine) -> Predicate:
    """Return the predicate of a line; raise ValueError where it can't say this."""
    predicate = PREDICATES.get(line.predicate)
    if predicate is None or record.kind not in predicate.subjects:
        allowed = [name for name, each in PREDICATES.items() if record.kind in each.subjects]
        raise ValueError(
            f"«{line.predicate}» isn't said of a {record.kind}; {', '.join(allowed)} are"
        )
    if (line.value is None) == (line.object is None):
        raise ValueError("a fact needs either a value or an object")
    if line.object is not None and not predicate.objects:
        raise ValueError("takes a value and no object")
    if line.value is not None:
        _check_value(record.kind, predicate, line.value)
    return predicate


def _is_printed(line: FactLine) -> bool:
    return any(line.value in quote for quote in line.quote if line.value)


def _check_value(kind: Kind, predicate: Predicate, value: str) -> None:
    words = TYPES[kind] if predicate.value == "type" else predicate.value
    if words is None:
        raise ValueError("takes an object and no value")
    if isinstance(words, tuple) and value not in words:
        raise ValueError(f"«{value}» is not one of: {', '.join(words)}")
    if words == "edtf":
        parse(value)
    if words == "integer" and not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise ValueError(f"«{value}» is not a whole number of at most nine digits")


def _entity(kind: Kind, slug: str, name: str) -> Row:
    return {
        "id": entity_id(kind, slug),
        "kind": kind,
        "slug": slug,
        "name": name,
        "name_key": key(name),
    }


def _document_found(document: SourceDocument) -> tuple[int, str, list[search.Passage]]:
    text = document.text
    passages: list[search.Passage] = [("name", None, document.metadata.title)]
    passages += [("text", None, text[each.start : each.end]) for each in sentences(text)]
    return entity_id("document", document.slug), "document", passages


def _document_row(document: SourceDocument) -> Row:
    return {
        "id": entity_id("document", document.slug),
        "name_key": key(document.metadata.title),
        "text_order": text_order(document.slug, 0),
        "text": document.text,
        "language": document.metadata.language,
        "sha256": document.sha256,
        "length": len(document.text),
    }


def text_order(slug: str, offset: int, number: int = 0) -> str:
    """Return the key that sorts by document, by offset in it, and as the author put equals."""
    return f"{slug}#{offset:09d}.{number:04d}"


def _text_order(fact: Statement) -> str:
    slug, span = min(fact.evidence)
    return text_order(slug, span.start, fact.number)


def _fact_row(fact: Statement) -> Row:
    folded = fold(fact.value or "")
    return {
        "id": fact.id,
        "subject_id": fact.subject.id,
        "predicate": fact.predicate,
        "object_id": fact.object.id if fact.object else None,
        "value": fact.value,
        "value_key": folded if len(folded) <= KEY_LENGTH else "",
        "support": fact.support,
        "attributed_to_id": fact.attributed_to.id if fact.attributed_to else None,
        "reason": fact.reason,
        "text_order": _text_order(fact),
    }


def _ranked(rows: list[Row]) -> list[Row]:
    """Give the facts of every record and predicate their numbers, on either side."""
    ranks: Counter[tuple[str, int, str]] = Counter()
    for row in sorted(rows, key=lambda row: (row["text_order"], row["id"])):
        for side in ("subject", "object"):
            place = (side, row[f"{side}_id"], row["predicate"])
            ranks[place] += 1
            row[f"{side}_rank"] = ranks[place] if row[f"{side}_id"] is not None else None
    return rows


def content_hash(rows: dict[str, list[Row]]) -> str:
    """Return the hash of all that would be loaded: it changes when any answer could."""
    digest = hashlib.sha256()
    for table, each in rows.items():
        digest.update(table.encode())
        for row in each:
            digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()
