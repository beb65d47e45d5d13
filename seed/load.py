"""Loading: all documents in one transaction; readers see the old data until it commits.

In passes, so that memory hardly grows with the documents: their lines are verified and put aside by
record; all that is said of one record makes its rows, and those of its facts, which are put aside
by fact; these are stored in order, while on SQLite other processes fill evidence and what search
reads.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from itertools import chain
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Never

import psycopg
from sqlalchemy import (
    Connection,
    Table,
    delete,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import col
from tqdm import tqdm

import app
import seed
from app.db.engine import make_engine, one_line
from app.db.revision_watch import CHANNEL
from app.db.schema_version import schema_error
from app.domain.vocabulary import COLLECTIONS, Kind
from app.materialize import render, store_counts, unrendered
from app.models import Entity, Revision, metadata
from seed import beside, indexing, search, spool, staging
from seed.errors import SeedError
from seed.extract.files import (
    TEXT,
    SourceDocument,
    document_folders,
    files_sha256,
    find_facts_file,
    read_document,
)
from seed.extract.statements import Statement, document_of, extract
from seed.facts import COLUMNS, fill_evidence, together
from seed.records import records
from seed.rows import CHUNK, Rows, batched, store
from seed.spool import Index, Piece
from seed.staging import Chunk
from seed.workers import Workers

_FOLDERS = 64
"""How many documents one task reads."""
_FEW = 64
"""So many documents are read before another process has started."""
_CACHE_KIB = 128 * 1024
TABLES = (
    "entity",
    "place",
    "organization",
    "company",
    "person",
    "event",
    "document",
    "agreement",
    "quotation",
    "fact",
    "evidence",
    "search_entry",
    "name_word",
    "spelling",
    "item",
)
"""Every table in an order that satisfies the references between them."""
_KINDS: tuple[Kind, ...] = tuple(
    kind for kind in TABLES if kind in COLLECTIONS and kind != "document"
)


class DatabaseError(Exception):
    """The database, or the machine, can't take the load; the text says why."""


def load(root: Path, url: str) -> bool:
    """Replace what is loaded by the documents under ``root``; return False where it is the same.

    Raises SeedError where they can't be loaded, DatabaseError where the database isn't migrated or
    can't be written, and changes nothing.
    """
    folders = document_folders(root)
    with _workers(folders) as workers, _writing(url) as connection:
        if wrong := schema_error(connection):
            raise DatabaseError(wrong)
        known = connection.execute(select(col(Revision.content_hash))).scalar()
        if known is not None:
            hashes = chain.from_iterable(workers.map(_hashes, batched(folders, _FOLDERS)))
            if known == content_hash(hashes):
                return False
        _empty(connection)
        is_read = known is not None
        # SQLite copies these with the indexes that they have.
        copied = {"evidence", *indexing.FILLED} if connection.dialect.name == "sqlite" else set()
        searched = set(indexing.FILLED)
        with _without_indexes(connection, set(TABLES) - searched - copied, read=is_read):
            filling = Filling(connection, workers, root)
            filling.read(folders)
            filling.derive()
            filling.store()
        filling.finish()
        store_counts(connection)
        with _without_indexes(connection, searched - copied, read=is_read):
            filling.index()
        _check_references(connection)
        _sample(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"NOTIFY {CHANNEL}"))
        revision = {
            "content_hash": content_hash(filling.hashes),
            "code_hash": hashlib.sha256(_code_digests()).hexdigest(),
            "loaded_at": datetime.now(UTC),
        }
        connection.execute(insert(Revision), revision)
    return True


def _sample(connection: Connection) -> None:
    """Let the database look how many rows a value has, to lead from what few have.

    Of facts, SQLite would take the usual number for that of every record.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(f"ANALYZE {', '.join([*TABLES, 'stored_count', *indexing.INDEXES])}")
        )
        return
    connection.execute(text("PRAGMA analysis_limit = 1000"))
    for kind in _KINDS:
        connection.execute(text(f"ANALYZE {kind}"))


def check(root: Path) -> dict[str, int]:
    """Verify the documents under ``root`` without a database; return how much there is of what."""
    folders = document_folders(root)
    with _workers(folders) as workers:
        database = workers.folder / "check.db"
        database.touch()
        with _writing(f"sqlite:///{database}") as connection:
            metadata.create_all(connection)
            filling = Filling(connection, workers, root)
            filling.read(folders)
            filling.derive()
            return _counts(connection, filling.facts, filling.spans)


def loaded(url: str) -> dict[str, int]:
    """Return how much there is of what in a database."""
    engine = make_engine(url)
    with engine.connect() as connection:
        counts = _counts(connection, _count(connection, "fact"), _count(connection, "evidence"))
    engine.dispose()
    return counts


def _counts(connection: Connection, facts: int, spans: int) -> dict[str, int]:
    counts = {name: _count(connection, kind) for kind, name in COLLECTIONS.items()}
    return counts | {"facts": facts, "spans of evidence": spans}


def _count(connection: Connection, name: str) -> int:
    statement = select(func.count()).select_from(metadata.tables[name])
    return int(connection.execute(statement).scalar_one())


def _workers(folders: list[Path]) -> Workers:
    return Workers(alone=len(folders) <= _FEW)


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    """Yield a connection in the one transaction of a load."""
    engine = make_engine(url, writing=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "close", _keep_log)
    try:
        with engine.begin() as connection:
            yield connection
    except (IntegrityError, psycopg.IntegrityError) as error:
        raise DatabaseError(
            f"the database refuses what the documents say: {one_line(error)}"
        ) from error
    except (DBAPIError, psycopg.Error) as error:
        raise DatabaseError(
            f"the database can't take the load: {one_line(error)} (is it there, migrated with "
            "`alembic upgrade head`, writable, whole and not locked, with room on its disk?)"
        ) from error
    except BrokenProcessPool as error:
        raise DatabaseError("a process of the load was ended (is there memory enough?)") from error
    except OSError as error:
        raise DatabaseError(_named_cause(error)) from error
    finally:
        engine.dispose()


def _named_cause(error: OSError) -> str:
    """Return the message for an error of the operating system, which names the path it is about."""
    folder = Path(gettempdir())
    if error.filename is None or folder in Path(error.filename).parents:
        return (
            f"the load can't keep its files in {folder}: {error.strerror} (TMPDIR names another"
            " folder)"
        )
    return f"the load can't use {error.filename}: {error.strerror}"


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # References are checked once at the end: to check each row of a million costs more, and to
    # empty a table that others refer to, most of all.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    # What is public anyway need not be overwritten with zeros before it is replaced.
    connection.execute("PRAGMA secure_delete = OFF")
    # What is wrong with the file, the load's first statement will say.
    with suppress(sqlite3.Error):
        if connection.execute("SELECT id FROM entity LIMIT 1").fetchall():
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut could undo the load, not break the database.
            connection.execute("PRAGMA synchronous = NORMAL")
        else:
            # A log is for those who read the old data. Where there is none, all would only be
            # written twice. SQLite refuses while others have the file open, and keeps the log.
            connection.execute("PRAGMA journal_mode = DELETE")


def _keep_log(connection: Any, _record: object) -> None:
    # Of this file alone, not of those that were copied from.
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA main.journal_mode = WAL")


def _check_references(connection: Connection) -> None:
    """Raise DatabaseError where a row refers to none.

    SQLite's own check looks every reference up; that of each value once, in the order of an index,
    takes a fifth of the time.
    """
    if connection.dialect.name != "sqlite":
        return
    for name in TABLES:
        for key in metadata.tables[name].foreign_keys:
            value = select(key.parent).where(key.parent.is_not(None)).distinct().subquery().c[0]
            if connection.execute(select(value).where(value.not_in(select(key.column)))).first():
                wrong = connection.exec_driver_sql(f"PRAGMA foreign_key_check({name})").first()
                raise DatabaseError(
                    f"the database refuses what the documents say: {tuple(wrong or ())}"
                )


def _empty(connection: Connection) -> None:
    connection.execute(delete(Revision))
    for name in reversed(TABLES):
        connection.execute(delete(metadata.tables[name]))


_INDEXES = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''",
    "postgresql": (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ),
}


@contextmanager
def _without_indexes(connection: Connection, tables: set[str], *, read: bool) -> Iterator[None]:
    """Fill tables without their indexes, which are made twice as fast afterwards.

    On SQLite those who ``read`` the old data don't notice: the old tables and indexes stay theirs
    until the load commits. On PostgreSQL they would wait, so there it is done where nobody does.
    """
    indexes: list[tuple[str, str]] = []
    if connection.dialect.name == "sqlite" or (not read and _locks(connection, tables)):
        found = connection.exec_driver_sql(_INDEXES[connection.dialect.name])
        indexes = [(name, sql) for owner, name, sql in found if owner in tables]
    for name, _ in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    if indexes and connection.dialect.name == "postgresql":
        # It makes no index on a table of which references are still to be checked.
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for _, sql in indexes:
        connection.exec_driver_sql(sql)


def _locks(connection: Connection, tables: set[str]) -> bool:
    """Lock PostgreSQL's tables, unless others have them in use; tell whether they are locked."""
    names = ", ".join(sorted(tables))
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT")
    except OperationalError:
        return False
    return True


def content_hash(hashes: Iterable[str]) -> str:
    """Return the revision: the hash of the documents' files, each after its name, and the code."""
    digest = hashlib.sha256(_code_digests())
    for each in hashes:
        digest.update(each.encode())
    return digest.hexdigest()


@cache
def _code_digests() -> bytes:
    """Return the digests of the code's files; the code of a process doesn't change."""
    folders = [Path(package.__file__ or "").parent for package in (app, seed)]
    files = chain.from_iterable(sorted(folder.rglob("*.py")) for folder in folders)
    return b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)


def _hashes(folders: Sequence[Path]) -> list[str]:
    return [f"{folder.name} {files_sha256(folder)}" for folder in folders]


@dataclass
class Read:
    """The rows of some documents, where their lines stand, and the hashes of their files."""

    entities: Rows
    documents: Rows
    named: Rows
    passages: Piece
    lines: staging.Spooled
    hashes: list[str]
    spans: int


def read(folder: Path, documents: Sequence[Path]) -> Read:
    """Read and verify some documents; put their lines aside."""
    entities, rows, named = Rows(), Rows(), Rows()
    found: list[search.Found] = []
    lines: list[Statement] = []
    hashes: list[str] = []
    for each in documents:
        document = read_document(each)
        extracted = extract(document)
        entities.add([extracted.entity])
        rows.add([extracted.document])
        named.add(extracted.named)
        found.append((extracted.entity["id"], "document", _passages(document)))
        hashes.append(f"{each.name} {document.files_sha256}")
        lines += extracted.statements
    spans = sum(len(line.evidence) for line in lines)
    return Read(
        entities,
        rows,
        named,
        spool.put_whole(folder / spool.PASSAGES, found),
        staging.spooled(folder, lines),
        hashes,
        spans,
    )


def _passages(document: SourceDocument) -> list[search.Passage]:
    passages = search.document_passages(document)
    try:
        search.check_record("document", passages)
    except ValueError as error:
        raise SeedError(str(error), document.folder / TEXT) from error
    return passages


class Filling:
    """Fills the empty tables, a pass after another."""

    def __init__(self, connection: Connection, workers: Workers, root: Path) -> None:
        self.hashes: list[str] = []
        self.facts = 0
        self.spans = 0
        self._connection = connection
        self._workers = workers
        self._root = root
        self._dialect = connection.dialect.name
        self._lines = staging.Lines()
        self._facts: Index[int] = Index()
        self._evidence: Index[int] = Index()
        self._sources = indexing.Sources(workers.folder)
        self._evidence_built: Callable[[], Path]
        self._search_built: Callable[[], Path]
        for each in (staging.NAMED, staging.TIE, staging.RANK):
            each.create(connection, checkfirst=False)

    def read(self, folders: list[Path]) -> None:
        """Put the lines of all documents aside, and the documents in their tables."""
        task = partial(read, self._workers.folder)
        with _progress(len(folders), "documents") as progress:
            for made in self._workers.map(task, batched(folders, _FOLDERS)):
                self._insert(metadata.tables["entity"], made.entities)
                self._insert(metadata.tables["document"], made.documents)
                self._insert(staging.NAMED, made.named)
                self._sources.passages.append(made.passages)
                self._lines.add(made.lines)
                self.spans += made.spans
                self.hashes += made.hashes
                progress.update(len(made.hashes))
        self._connection.execute(text(staging.NAMING))
        self._analyze("entity")

    def derive(self) -> None:
        """Make the rows of all records, each kind after those that it refers to, and of facts."""
        parents: dict[int, tuple[int, str]] = {}
        folder = self._workers.folder
        task = partial(records, self._root, folder, self._dialect)
        with _progress(self._lines.count, "lines") as progress:
            chunks = self._lines.of_records(self._connection, folder, _KINDS, CHUNK)
            for made in self._workers.map(task, _counted(chunks, progress.update)):
                self._insert(metadata.tables[made.kind], made.rows)
                self._insert(staging.TIE, made.ties)
                self._facts.add(made.facts)
                self._evidence.add(made.evidence)
                self._sources.passages.append(made.passages)
                self._sources.words.append(made.words)
                self._sources.facts.add(made.found_facts)
                parents |= made.parents
        spool.drop(folder / spool.LINES)
        self.facts = self._facts.count
        self._check_parents(parents)

    def _check_parents(self, parents: dict[int, tuple[int, str]]) -> None:
        """Raise SeedError where a record is part of itself."""
        whole: set[int] = set()
        for each in parents:
            path: list[int] = []
            at: int | None = each
            while at is not None and at not in whole:
                if at in path:
                    raise self._part_of_itself(at, parents[at][1])
                path.append(at)
                at, _ = parents.get(at, (None, ""))
            whole.update(path)

    def _part_of_itself(self, id_: int, text_order: str) -> SeedError:
        named = select(col(Entity.kind), col(Entity.slug)).where(col(Entity.id) == id_)
        kind, slug = self._connection.execute(named).one()
        file = find_facts_file(self._root / document_of(text_order))
        return SeedError("is part of itself", file, f"{kind}/{slug}")

    def store(self) -> None:
        """Store the rows of all facts, while workers fill the other tables, or evidence after."""
        folder = self._workers.folder
        if self._dialect == "sqlite":
            fill = partial(fill_evidence, folder=folder, index=self._evidence)
            self._evidence_built = self._beside("evidence", ["evidence"], fill)
            fill = partial(indexing.fill, sources=self._sources)
            self._search_built = self._beside("search", indexing.FILLED, fill)
        self._connection.execute(staging.RANKING)
        self._analyze(staging.RANK.name)
        with _progress(self.facts, "facts") as progress:
            for parts, pieces in spool.take_in_order(folder / spool.FACTS, self._facts, CHUNK):
                ranks = staging.ranks(self._connection, *spool.ids_of(parts))
                rows = together(pieces, ranks)
                for name in ("fact", "item"):
                    self._insert(metadata.tables[name], Rows(COLUMNS[name], getattr(rows, name)))
                progress.update(len(rows.fact))
        if self._dialect != "sqlite":
            fill_evidence(self._connection, folder, self._evidence)

    def _beside(
        self, name: str, tables: Collection[str], fill: Callable[[Connection], None]
    ) -> Callable[[], Path]:
        """Let a worker fill tables in a file; return what waits for it."""
        path = self._workers.folder / f"{name}.db"
        schema = beside.schema(self._connection, tables)
        return self._workers.start(partial(beside.build, path, schema, fill))

    def finish(self) -> None:
        """Make what lists show of each record, from the tables, of which evidence is the last."""
        if self._dialect == "sqlite":
            beside.copy(self._connection, self._evidence_built(), ["evidence"])
        self._analyze("fact", *_KINDS)
        for items in self._workers.map(render, unrendered(self._connection)):
            self._insert(metadata.tables["item"], Rows(COLUMNS["item"], items))

    def index(self) -> None:
        """Fill the tables that search reads."""
        if self._dialect == "sqlite":
            beside.copy(self._connection, self._search_built(), indexing.COPIED)
        else:
            indexing.fill(self._connection, self._sources, self._workers.map)

    def _analyze(self, *tables: str) -> None:
        """Tell PostgreSQL how much there is in tables that have just been filled."""
        if self._dialect == "postgresql":
            for name in tables:
                self._connection.execute(text(f"ANALYZE {name}"))

    def _insert(self, into: Table, rows: Rows) -> None:
        store(self._connection, into, rows)


def _progress(total: int, unit: str) -> "tqdm[Never]":
    return tqdm(total=total, unit=f" {unit}", delay=1, disable=None)


def _counted(chunks: Iterable[Chunk], update: Callable[[int], Any]) -> Iterator[Chunk]:
    for chunk in chunks:
        update(len(chunk))
        yield chunk
