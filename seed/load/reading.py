"""Reading: the files of documents become the rows of the source, in any process."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.text import KEY_LENGTH, fold
from app.models.fact import LENGTH_CLASSES
from seed.errors import ErrorCollector, SeedError, SeedErrors
from seed.extract.files import METADATA, TEXT, SourceDocument, read_document
from seed.extract.statements import Statement, extract_valid
from seed.transform.search_rows import check_record

Row = tuple[Any, ...]

DOCUMENT_COLUMNS = (
    "id",
    "name_key",
    "text_order",
    "text",
    "language",
    "sha256",
    "length",
    "files_sha256",
    "signature",
)


@dataclass
class DocumentRows:
    """Rows of the staging tables: what the valid lines of some documents say.

    ``is_whole`` tells whether these name all the records that the documents have.
    """

    entities: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    errors: SeedErrors | None = None
    is_whole: bool = True


def read_documents(sources: Iterable[tuple[Path, str]]) -> DocumentRows:
    """Return the rows of documents, given by folder and signature, and all that is wrong."""
    rows = DocumentRows()
    errors = ErrorCollector()
    for folder, signature in sources:
        try:
            document = read_document(folder)
        except (SeedError, SeedErrors) as error:
            errors.add_from(error)
            rows.is_whole = False
        else:
            with errors.catch():
                _add(rows, document, signature)
    try:
        errors.raise_any()
    except SeedErrors as found:
        rows.errors = found
    return rows


def _add(rows: DocumentRows, document: SourceDocument, signature: str) -> None:
    """Add the rows of a document's valid lines; raise SeedErrors for what is wrong with it."""
    extracted, errors = extract_valid(document)
    try:
        # Its words are those of its sentences.
        check_record(
            "document", [("name", None, document.metadata.title), ("text", None, document.text)]
        )
    except ValueError as error:
        errors.add([SeedError(str(error), document.folder / TEXT)])
    if any(not (each.subject.record or each.file.name == METADATA) for each in errors.errors):
        rows.is_whole = False
    rows.entities.append(tuple(extracted.entity.values()))
    rows.entities.extend(tuple(each.values()) for each in extracted.named)
    rows.documents.append((*extracted.document.values(), document.files_sha256, signature))
    named = {(each["kind"], each["slug"]) for each in extracted.named}
    for statement in extracted.statements:
        if (statement.kind, statement.slug) not in named:
            named.add((statement.kind, statement.slug))
            rows.entities.append((statement.subject_id, statement.kind, statement.slug, None, None))
        rows.facts.append(_fact_row(statement))
        rows.evidence.extend(_evidence_rows(statement))
    errors.raise_any()


def _fact_row(statement: Statement) -> Row:
    folded = fold(statement.value or "")
    return (
        statement.fact_id,
        statement.subject_id,
        statement.predicate,
        statement.object_id,
        statement.value,
        folded if len(folded) <= KEY_LENGTH else "",
        statement.attributed_to_id,
    )


def _evidence_rows(statement: Statement) -> Iterable[Row]:
    for document_id, start, end, exact, prefix, suffix in statement.evidence:
        yield (
            statement.fact_id,
            statement.text_order,
            start,
            end,
            document_id,
            statement.support,
            statement.reason,
            exact,
            prefix,
            suffix,
            LENGTH_CLASSES[bisect_left(LENGTH_CLASSES, end - start)],
            statement.predicate,
        )
