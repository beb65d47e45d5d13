"""Facts: rendered as items, and the tokens by which search finds them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import to_json

from app.domain.ids import public_fact_id
from app.domain.json import Json
from app.domain.vocabulary import Kind, Support
from app.schemas.facts import MAX_EVIDENCE, evidence_item
from app.schemas.refs import ref
from seed.transform.search_rows import check_fact, fact_tokens

Names = Mapping[int, tuple[Kind, str, str]]
"""Kind, slug and name of records, by key."""


class FactRow(NamedTuple):
    """A fact as its table has it."""

    id: int
    subject_id: int
    predicate: str
    object_id: int | None
    value: str | None
    support: Support
    attributed_to_id: int | None
    reason: str | None
    text_order: str


class SpanRow(NamedTuple):
    """A span of evidence, of the fact that it proves."""

    fact_id: int
    document_id: int
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


@dataclass(frozen=True)
class FactBatch:
    """Facts, their first spans, the distinct texts of all, and the names shown; picklable."""

    facts: list[FactRow]
    spans: list[SpanRow]
    texts: Mapping[int, Sequence[str]]
    names: Names


@dataclass(frozen=True)
class ProjectedFacts:
    """Key, item and tokens of some facts, and the keys of those with too many words for search."""

    rows: list[tuple[int, bytes, bytes]]
    errors: list[tuple[int, str]]


def project_facts(dialect: str, batch: FactBatch) -> ProjectedFacts:
    """Return the items and tokens of facts."""
    spans = spans_by_fact(batch.spans)
    projected = ProjectedFacts([], [])
    for fact in batch.facts:
        texts = search_texts(fact, batch)
        try:
            check_fact(texts)
        except ValueError as error:
            projected.errors.append((fact.id, str(error)))
            continue
        item = to_json(fact_item(fact, spans[fact.id], batch.names))
        projected.rows.append((fact.id, item, fact_tokens(texts, dialect)))
    return projected


def spans_by_fact(spans: Iterable[SpanRow]) -> dict[int, list[SpanRow]]:
    """Return the spans of each fact, in their order."""
    found: dict[int, list[SpanRow]] = defaultdict(list)
    for span in spans:
        found[span.fact_id].append(span)
    return found


def fact_item(fact: Any, spans: list[SpanRow], names: Names) -> Json:
    """Return a fact as lists give it: a ``FactOut`` as plain data."""
    return {
        "id": public_fact_id(fact.id),
        "subject": ref(*names[fact.subject_id]),
        "predicate": fact.predicate,
        "value": fact.value,
        "object": ref(*names[fact.object_id]) if fact.object_id else None,
        "support": fact.support,
        "attributed_to": ref(*names[fact.attributed_to_id]) if fact.attributed_to_id else None,
        "reason": fact.reason,
        "evidence": [
            evidence_item(
                ref(*names[span.document_id]),
                (span.start, span.end),
                span.exact,
                span.prefix,
                span.suffix,
            )
            for span in spans[:MAX_EVIDENCE]
        ],
    }


def search_texts(fact: FactRow, batch: FactBatch) -> list[str]:
    """Return the texts by which search finds a fact: subject, value or object, and evidence."""
    said = fact.value or (batch.names[fact.object_id][2] if fact.object_id else "")
    return [batch.names[fact.subject_id][2], said, *sorted(batch.texts[fact.id])]
