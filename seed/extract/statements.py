"""The statements of a document, verified as far as the document alone can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from app.domain.ids import entity_id, stable_id
from app.domain.spans import CONTEXT, Span, locate
from app.domain.text import key
from app.domain.vocabulary import PREDICATES, Kind, Predicate, Support, allowed_values
from seed.errors import MAX_ERRORS, ErrorCollector, SeedError
from seed.extract.edtf import parse
from seed.extract.facts_file import FactLine, Place, fact_lines, line_at
from seed.extract.files import METADATA, SourceDocument
from seed.extract.problems import Problem, errors_in

Row = dict[str, Any]

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
    """Return the statements of a document; raise SeedErrors with all that is wrong with it.

    Only the load knows whether the records it refers to exist, and what other documents state.
    """
    extraction = _Extraction(document)
    named: list[Row] = []
    statements: list[Statement] = []
    problems: list[Problem] = []
    for each in fact_lines(document.facts):
        if len(problems) > MAX_ERRORS:
            break
        if isinstance(each, Problem):
            problems.append(each)
            continue
        place, line = each
        try:
            statements.append(extraction.statement(place, line))
        except ValueError as error:
            quote = _quote_to_blame(document, line)
            problems.append(Problem(place.keys, str(error), place.name(line.predicate), quote))
        if line.predicate == "name" and line.value:
            named.append(_entity_row(place.kind, place.slug, line.value))
    _raise_errors(document, problems)
    entity = _entity_row("document", document.slug, document.metadata.title)
    return DocumentStatements(entity, _document_row(document), named, statements)


def error_at(document: SourceDocument, place: Place, message: str) -> SeedError:
    """Return the error of a line that other statements forbid."""
    line = line_at(document.facts, place)
    problem = Problem(place.keys, message, place.name(line.predicate), line.quote[0])
    (error,) = errors_in(document.facts_file, document.facts_text, [problem])
    return error


def _raise_errors(document: SourceDocument, problems: Sequence[Problem]) -> None:
    """Raise SeedErrors where a document has problems, or a title that isn't in its text."""
    errors = ErrorCollector()
    title = document.metadata.title
    if title not in document.text:
        path = document.folder / METADATA
        errors.add([SeedError("the title isn't in the text", path, quote=title)])
    if problems:
        errors.add(errors_in(document.facts_file, document.facts_text, problems))
    errors.raise_any()


def evidence(document: SourceDocument) -> list[Span]:
    """Return the spans of all quotes of a document; raise SeedErrors as ``extract`` does."""
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


class _Extraction:
    """Makes statements of a document's lines, each fact once."""

    def __init__(self, document: SourceDocument) -> None:
        self._slug = document.slug
        self._seen: set[int] = set()
        id_, text = entity_id("document", document.slug), document.text
        # A method would hold this object, and both would wait for the garbage collector.
        self._span = cache(lambda *quote: _evidence_span(id_, text, locate(text, *quote)))

    def statement(self, place: Place, line: FactLine) -> Statement:
        """Return the statement of a line; raise ValueError if it is wrong, or its fact repeated."""
        kind, slug, number = place
        _verify(kind, line)
        spans = sorted({self._span(quote, line.within) for quote in line.quote})
        record = f"{kind}/{slug}"
        what = ("object", line.object) if line.object else ("value", str(line.value))
        fact_id = stable_id("fact", record, line.predicate, *what, line.attributed_to or "")
        if fact_id in self._seen:
            raise ValueError("the same fact stands here twice")
        self._seen.add(fact_id)
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
            text_order(self._slug, spans[0][1], number),
            spans,
        )


def _evidence_span(document_id: int, text: str, span: Span) -> EvidenceSpan:
    start, end = span.start, span.end
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return document_id, start, end, text[start:end], before, after


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
    if predicate.value is None:
        raise ValueError("takes an object and no value")
    allowed = allowed_values(predicate, kind)
    if allowed and value not in allowed:
        raise ValueError(f"«{value}» is not one of: {', '.join(allowed)}")
    if predicate.value == "edtf":
        parse(value)
    if predicate.value == "integer" and not (
        value.isascii() and value.isdigit() and len(value) <= 9
    ):
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


def reading_position(order: str) -> tuple[str, int]:
    """Return the document and the number of the line that a key of ``text_order`` belongs to."""
    slug, _, rest = order.partition("#")
    return slug, int(rest.partition(".")[2])
