"""The statements of a document, verified as far as the document alone can tell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from app.domain.ids import entity_id, stable_id
from app.domain.spans import CONTEXT, Span
from app.domain.text import key
from app.domain.vocabulary import COLLECTIONS, Kind, Support
from seed.errors import MAX_ERRORS, ErrorCollector, SeedError, Subject
from seed.extract.facts_file import FactLine, Place, fact_lines, line_at
from seed.extract.files import METADATA, SourceDocument
from seed.extract.problems import Keys, Problem, errors_in
from seed.extract.quotes import Quotes, WrongQuote, title_problem
from seed.extract.rules import RuleError, check_line

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
    extracted, errors = extract_valid(document)
    errors.raise_any()
    return extracted


def extract_valid(document: SourceDocument) -> tuple[DocumentStatements, ErrorCollector]:
    """Return the statements of the valid lines of a document, and the errors of the others."""
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
        found = extraction.statement(place, line)
        if isinstance(found, Statement):
            statements.append(found)
        else:
            problems += found
        if line.predicate == "name" and line.value:
            named.append(_entity_row(place.kind, place.slug, line.value))
    entity = _entity_row("document", document.slug, document.metadata.title)
    rows = DocumentStatements(entity, _document_row(document), named, statements)
    return rows, _errors(document, problems)


def error_at(document: SourceDocument, place: Place, message: str, key: str) -> SeedError:
    """Return the error of a line that other statements forbid, at one of its keys."""
    line = line_at(document.facts, place)
    subject = place.subject(line.predicate)
    return _error(document, Problem((*place.keys, key), message, subject, line.quote[0]))


def record_error(document: SourceDocument, kind: Kind, slug: str, message: str) -> SeedError:
    """Return the error of a record, at its id."""
    keys = COLLECTIONS[kind], slug
    return _error(document, Problem(keys, message, Subject(f"{kind}/{slug}"), at_key=True))


def _error(document: SourceDocument, problem: Problem) -> SeedError:
    (error,) = errors_in(document.facts_file, document.facts_text, [problem])
    return error


def _errors(document: SourceDocument, problems: Sequence[Problem]) -> ErrorCollector:
    """Return the errors of a document that has problems, or a title that isn't in its text."""
    errors = ErrorCollector()
    if title := title_problem(document.metadata.title, document.text):
        path = document.folder / METADATA
        errors.add(errors_in(path, document.metadata_text, [title]))
    found = errors_in(document.facts_file, document.facts_text, problems) if problems else []
    found += document.facts_errors.errors
    errors.add(sorted(found, key=attrgetter("location")), document.facts_errors.more)
    return errors


def evidence(document: SourceDocument) -> list[Span]:
    """Return the spans of all quotes of a document; raise SeedErrors as ``extract`` does."""
    return [
        Span(start, end)
        for each in extract(document).statements
        for _, start, end, *_ in each.evidence
    ]


class _Extraction:
    """Makes statements of a document's lines, each fact once."""

    def __init__(self, document: SourceDocument) -> None:
        self._slug = document.slug
        self._seen: dict[int, Place] = {}
        self._quotes = Quotes(document.text)
        id_, text = entity_id("document", document.slug), document.text
        # A method would hold this object, and both would wait for the garbage collector.
        self._evidence = cache(lambda span: _evidence_span(id_, text, span))

    def statement(self, place: Place, line: FactLine) -> Statement | list[Problem]:
        """Return the statement of a line, or all that is wrong with it."""
        found = list(self._quotes.spans(line))
        problems = list(self._problems(place, line, found))
        fact_id = _fact_id(place, line)
        if not problems and (first := self._seen.setdefault(fact_id, place)) != place:
            message = f"the same fact stands here twice, first as fact {first.number}"
            problems.append(self._problem(place, line, ("predicate",), message))
        if problems:
            return problems
        spans = sorted({self._evidence(span) for span in found if isinstance(span, Span)})
        return Statement(
            place.number,
            place.kind,
            place.slug,
            entity_id(place.kind, place.slug),
            line.predicate,
            fact_id,
            line.value,
            _id_of(line.object) if line.object else None,
            _id_of(line.attributed_to) if line.attributed_to else None,
            line.support,
            line.reason,
            text_order(self._slug, spans[0][1], place.number),
            spans,
        )

    def _problems(
        self, place: Place, line: FactLine, found: Sequence[Span | WrongQuote]
    ) -> Iterator[Problem]:
        """Yield what is wrong with a line by itself."""
        for each in found:
            if isinstance(each, WrongQuote):
                quote, suggestion = each.quote, each.suggestion
                yield self._problem(place, line, each.keys, each.message, quote, suggestion)
        try:
            check_line(place.kind, line)
        except RuleError as error:
            near = error.suggestion
            yield self._problem(place, line, (error.key,), str(error), suggestion=near)

    @staticmethod
    def _problem(
        place: Place,
        line: FactLine,
        keys: Keys,
        message: str,
        quote: str = "",
        suggestion: str = "",
    ) -> Problem:
        subject, shown = place.subject(line.predicate), quote or line.quote[0]
        return Problem((*place.keys, *keys), message, subject, shown, suggestion)


def _fact_id(place: Place, line: FactLine) -> int:
    what = ("object", line.object) if line.object else ("value", str(line.value))
    speaker = line.attributed_to or ""
    return stable_id("fact", f"{place.kind}/{place.slug}", line.predicate, *what, speaker)


def _evidence_span(document_id: int, text: str, span: Span) -> EvidenceSpan:
    start, end = span.start, span.end
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return document_id, start, end, text[start:end], before, after


@lru_cache(maxsize=50_000)
def _id_of(reference: str) -> int:
    kind, _, slug = reference.partition("/")
    return entity_id(kind, slug)


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
