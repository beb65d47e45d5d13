"""The statements of a document, verified as far as the document alone can tell."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from app.domain.ids import entity_id, stable_id
from app.domain.spans import CONTEXT, Span, locate
from app.domain.text import key
from app.domain.vocabulary import PREDICATES, TYPES, Kind, Predicate, Support
from seed.errors import SeedError
from seed.extract.edtf import parse
from seed.extract.files import FactLine, SourceDocument
from seed.rows import Row

EvidenceSpan = tuple[int, int, int, str, str, str]
"""A span of evidence: its document, start and end, its text, and what stands before and after."""


class Statement(NamedTuple):
    """A fact as one document states it, in one line of its facts file."""

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


@dataclass(frozen=True)
class DocumentStatements:
    """The statements of a document, and the rows of itself and of the records it names."""

    entity: Row
    document: Row
    named: list[Row]
    statements: list[Statement]


def extract(document: SourceDocument) -> DocumentStatements:
    """Return the statements of a document; raise SeedError where one is wrong.

    Only the load knows whether the records it refers to exist, and what other documents state.
    """
    named: list[Row] = []
    statements: list[Statement] = []
    seen: set[int] = set()
    document_id = entity_id("document", document.slug)

    @cache
    def span_of(quote: str, within: str | None) -> EvidenceSpan:
        return _evidence_span(document_id, document.text, locate(document.text, quote, within))

    for kind, slug, facts in document.facts.records():
        for place, line in enumerate(facts, 1):
            try:
                statements.append(_statement(document.slug, kind, slug, place, line, span_of, seen))
            except ValueError as error:
                record = place_of(kind, slug, place, line.predicate)
                quote = _quote_to_blame(document, line)
                raise SeedError(str(error), document.file, record, quote) from error
            if line.predicate == "name" and line.value:
                named.append(_entity_row(kind, slug, line.value))
    entity = _entity_row("document", document.slug, document.metadata.title)
    return DocumentStatements(entity, _document_row(document), named, statements)


def place_of(kind: str, slug: str, number: int, predicate: str) -> str:
    """Return where in a facts file a line stands, for messages."""
    return f"{kind}/{slug}, fact {number} ({predicate})"


def evidence(document: SourceDocument) -> list[Span]:
    """Return the spans of all quotes of a document; raise SeedError as ``extract`` does."""
    return [
        Span(start, end)
        for each in extract(document).statements
        for _, start, end, *_ in each.evidence
    ]


def _quote_to_blame(document: SourceDocument, line: FactLine) -> str:
    """Return the quote that is to blame for an error: one that can't be found, or the first."""
    for quote in line.quote:
        try:
            locate(document.text, quote, line.within)
        except ValueError:
            return quote
    return line.quote[0]


def _evidence_span(document_id: int, text: str, span: Span) -> EvidenceSpan:
    start, end = span.start, span.end
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return document_id, start, end, text[start:end], before, after


def _statement(
    document: str,
    kind: Kind,
    slug: str,
    number: int,
    line: FactLine,
    span_of: Callable[[str, str | None], EvidenceSpan],
    seen: set[int],
) -> Statement:
    """Return the statement of a line; raise ValueError if it is wrong or its fact ``seen``."""
    _verify(kind, line)
    spans = sorted({span_of(quote, line.within) for quote in line.quote})
    record = f"{kind}/{slug}"
    what = ("object", line.object) if line.object else ("value", str(line.value))
    fact_id = stable_id("fact", record, line.predicate, *what, line.attributed_to or "")
    if fact_id in seen:
        raise ValueError("the same fact stands here twice")
    seen.add(fact_id)
    return Statement(
        number,
        kind,
        slug,
        _id_of(record),
        line.predicate,
        fact_id,
        line.value,
        _id_of(line.object) if line.object else None,
        _id_of(line.attributed_to) if line.attributed_to else None,
        line.support,
        line.reason,
        text_order(document, spans[0][1], number),
        spans,
    )


@lru_cache(maxsize=50_000)
def _id_of(reference: str) -> int:
    kind, _, slug = reference.partition("/")
    return entity_id(kind, slug)


def _verify(kind: Kind, line: FactLine) -> None:
    """Raise ValueError where a line says what can't be said."""
    predicate = _predicate(kind, line)
    if line.object is not None:
        target = line.object.partition("/")[0]
        if target not in predicate.objects:
            raise ValueError(f"{line.object} is not one of: {', '.join(predicate.objects)}")
        if predicate.same_kind and target != kind:
            raise ValueError(f"{line.object} is no {kind}")
    if line.attributed_to is not None and not line.attributed_to.startswith("person/"):
        raise ValueError(
            f"{line.attributed_to} is not a person, so nothing can be attributed to it"
        )
    if predicate.verbatim and line.support == "stated" and not _is_verbatim(line):
        raise ValueError(f"«{line.value}» doesn't stand in the quote letter for letter")
    if line.support == "inferred" and not line.reason:
        raise ValueError("what is inferred needs its reason")


def _predicate(kind: Kind, line: FactLine) -> Predicate:
    """Return the predicate of a line; raise ValueError where it can't say this."""
    predicate = PREDICATES.get(line.predicate)
    if predicate is None or kind not in predicate.subjects:
        allowed = [name for name, each in PREDICATES.items() if kind in each.subjects]
        raise ValueError(f"«{line.predicate}» isn't said of a {kind}; {', '.join(allowed)} are")
    if (line.value is None) == (line.object is None):
        raise ValueError("a fact needs either a value or an object")
    if line.object is not None and not predicate.objects:
        raise ValueError("takes a value and no object")
    if line.value is not None:
        _check_value(kind, predicate, line.value)
    return predicate


def _is_verbatim(line: FactLine) -> bool:
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


def _entity_row(kind: Kind, slug: str, name: str) -> Row:
    return {
        "id": entity_id(kind, slug),
        "kind": kind,
        "slug": slug,
        "name": name,
        "name_key": key(name),
    }


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


def document_of(order: str) -> str:
    """Return the document that a key of ``text_order`` names."""
    return order.partition("#")[0]
