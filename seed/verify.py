"""Verification: a database compared with its documents and itself, in one read-only snapshot."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from pydantic_core import to_json
from sqlalchemy import Connection, make_url, select, text
from sqlalchemy.exc import DBAPIError

from app.db.engine import make_reading_engine, one_line
from app.db.schema_version import schema_error
from app.domain.vocabulary import Kind
from app.materialize import count_rows, render, unrendered
from app.models import metadata
from app.schemas.facts import FACTS_PATH
from seed.extract.files import document_folders, read_document
from seed.load.batches import read_names
from seed.load.bulk import CHUNK, batched
from seed.load.revision import content_hash
from seed.transform.facts import SpanRow, fact_item, spans_by_fact

_A_DAY = 86_400.0
_ENTITY, _DOCUMENT, _FACT, _SPAN, _ITEM, _COUNT, _REVISION = (
    metadata.tables[name].c
    for name in ("entity", "document", "fact", "evidence", "item", "stored_count", "revision")
)
_SPAN_KEY = metadata.tables["evidence"].primary_key.columns
_PROOF = (_SPAN.document_id, _SPAN.start, _SPAN.end, _SPAN.exact, _SPAN.prefix, _SPAN.suffix)
_SEARCHED = {"entity_search": "SELECT rank FROM search_entry", "fact_search": "SELECT id FROM fact"}


def verify(root: Path, url: str) -> Iterator[str]:
    """Yield what is wrong with a database, a line each; raise SeedError for wrong documents."""
    documents = map(read_document, document_folders(root))
    hashes = {each.slug: (each.sha256, each.files_sha256) for each in documents}
    engine = make_reading_engine(make_url(url), _A_DAY, 1)
    try:
        with engine.connect() as connection:
            if damages := list(_damages(connection)):
                yield from damages
                return
            if wrong := schema_error(connection):
                yield wrong
                return
            expected = content_hash((slug, files) for slug, (_, files) in hashes.items())
            if connection.execute(select(_REVISION.content_hash)).scalar() != expected:
                yield "the revision isn't that of these documents and this code: load them"
            yield from _documents(connection, {slug: text for slug, (text, _) in hashes.items()})
            yield from _facts(connection)
            yield from _records(connection)
            yield from _counts(connection)
            yield from _search(connection)
    except DBAPIError as error:
        yield f"the database can't be read: {one_line(error)}"
    finally:
        engine.dispose()


def _damages(connection: Connection) -> Iterator[str]:
    """Yield what SQLite's own checks find; PostgreSQL has none but those of the pages it reads."""
    if connection.dialect.name == "sqlite":
        for report in connection.execute(text("PRAGMA integrity_check")).scalars():
            yield from (
                f"the file is damaged: {line}" for line in report.split("\n") if line != "ok"
            )
        for table, row, target, _ in connection.execute(text("PRAGMA foreign_key_check")):
            yield f"{table}: row {row} refers to no row of {target}"


def _documents(connection: Connection, hashes: dict[str, str]) -> Iterator[str]:
    """Compare each text with its hash and its file, and each span with its text."""
    loaded = select(_ENTITY.id, _ENTITY.slug).where(_ENTITY.kind == "document")
    for key, slug in connection.execute(loaded).all():
        stored = select(_DOCUMENT.text, _DOCUMENT.sha256).where(_DOCUMENT.id == key)
        printed, digest = connection.execute(stored).one()
        if sha256(printed.encode()).hexdigest() != digest:
            yield f"document/{slug}: the text isn't that of its hash"
        if hashes.pop(slug, None) != digest:
            yield f"document/{slug}: the hash isn't that of its file"
        spans = select(*_PROOF).where(_SPAN.document_id == key)
        for _, start, end, exact, prefix, suffix in connection.execute(spans):
            around = printed[start - len(prefix) : end + len(suffix)]
            if printed[start:end] != exact or around != prefix + exact + suffix:
                yield f"document/{slug}: «{exact[:50]}» doesn't stand at {start}"
    yield from (f"document/{slug}: isn't loaded" for slug in hashes)


def _facts(connection: Connection) -> Iterator[str]:
    """Compare the item of each fact with its rows."""
    last = -1
    facts = select(*_FACT).order_by(_FACT.id).limit(CHUNK)
    while rows := connection.execute(facts.where(_FACT.id > last)).all():
        first, last = last + 1, rows[-1].id
        proofs = select(_SPAN.fact_id, *_PROOF).where(_SPAN.fact_id.between(first, last))
        ordered = connection.execute(proofs.order_by(*_SPAN_KEY))
        spans = spans_by_fact(SpanRow(*row) for row in ordered)
        ids = {
            each for row in rows for each in (row.subject_id, row.object_id, row.attributed_to_id)
        }
        ids.update(span.document_id for each in spans.values() for span in each)
        names = read_names(connection, ids - {None})
        items = [(row.id, to_json(fact_item(row, spans[row.id], names))) for row in rows]
        yield from _items(connection, FACTS_PATH, first, items)


def _records(connection: Connection) -> Iterator[str]:
    """Compare the items of records with their rows."""

    def ids(kind: Kind) -> Iterator[list[int]]:
        found = select(_ENTITY.id).where(_ENTITY.kind == kind).order_by(_ENTITY.id)
        return batched(connection.execute(found).scalars().all(), 500)

    first: dict[str, int] = {}
    for path, rows in unrendered(connection, ids):
        items = [(key, item) for _, key, item in render((path, rows))]
        yield from _items(connection, path, first.get(path, 0), items)
        first[path] = items[-1][0] + 1


def _items(
    connection: Connection, path: str, first: int, rendered: list[tuple[int, bytes]]
) -> Iterator[str]:
    """Compare the stored items of a list with rendered ones, in the order of their keys."""
    stored = select(_ITEM.id, _ITEM.text).where(
        _ITEM.list == path, _ITEM.id.between(first, rendered[-1][0])
    )
    found = {(key, item.encode()) for key, item in connection.execute(stored)}
    for key in sorted({key for key, _ in found.symmetric_difference(rendered)}):
        yield f"{path}: the item of {key:016x} isn't that of its rows"


def _counts(connection: Connection) -> Iterator[str]:
    columns = list(_COUNT.keys())
    counted = {tuple(row[name] for name in columns) for row in count_rows(connection)}
    stored = set(map(tuple, connection.execute(select(*_COUNT))))
    for path, facet, value in sorted({row[:3] for row in counted ^ stored}):
        yield f"{path}: the stored count of {facet or 'all'} {value} isn't that of its rows"


def _search(connection: Connection) -> Iterator[str]:
    """Read the full-text indexes, and compare their rows with those that they find."""
    for name, known in _SEARCHED.items():
        indexed = f"SELECT rowid FROM {name} WHERE length(tokens) >= 0"  # noqa: S608 (names of ours)
        if connection.dialect.name == "sqlite":
            # FTS5's own check would write.
            table = (
                f"CREATE VIRTUAL TABLE temp.{name}_token USING fts5vocab(main, {name}, instance)"
            )
            connection.execute(text(table))
            indexed = f"SELECT doc FROM temp.{name}_token"  # noqa: S608
        unknown = text(f"SELECT count(*) FROM ({indexed} EXCEPT {known}) AS found")  # noqa: S608
        if count := connection.execute(unknown).scalar():
            yield f"{name}: {count} rows find nothing that is there"
