"""The pipeline of a load: extract what has changed, stage it, replace the source, project anew.

Facts and their evidence are the source; every other row is a projection of them. A load compares
documents with those of the database, stages the rows of those that differ, finds the facts and
records that this touches, replaces the source, and makes the projections of what is touched again.
Where much is touched, the tables are emptied and filled instead: the same projections, written
without a look at what was there.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlmodel import col

from app.db.engine import make_engine
from app.domain.ids import entity_id
from app.domain.vocabulary import COLLECTIONS
from app.models import Document, Entity, Revision, metadata
from app.models.revision import CHANNEL
from seed.errors import ErrorCollector
from seed.extract.files import document_folders
from seed.extract.sources import Stored, find_changes
from seed.load import staging
from seed.load.bulk import batched
from seed.load.change import change, change_source
from seed.load.checks import raise_all
from seed.load.fill import analyze_tables, check_staged, fill
from seed.load.projections import progress
from seed.load.reading import read_documents
from seed.load.report import Report, count_changes, differences, read_totals, remember
from seed.load.revision import code_hash, content_hash
from seed.load.search_indexes import create_token_tables
from seed.load.transaction import check_schema, load_transaction
from seed.load.workers import Workers

_BATCH = 64
"""The number of documents that one task reads."""


@dataclass(frozen=True)
class Tuning:
    """Numbers of documents: ``inline`` ones are read before another process would have started.

    The tables are filled anew where more than ``fill_above`` documents change, and more than the
    share ``fill_share`` of all.
    """

    inline: int = 64
    fill_above: int = 64
    fill_share: float = 0.05


_TUNING = Tuning()


def load(
    root: Path,
    url: str,
    *,
    everything: bool = False,
    verify_files: bool = False,
    tuning: Tuning = _TUNING,
) -> Report:
    """Load what has changed under ``root``; return what that was.

    Raises SeedErrors where documents can't be loaded, LoadError where the database isn't migrated
    or can't be written, and changes nothing.
    """
    with load_transaction(url) as connection:
        check_schema(connection)
        run = LoadRun(connection, root, verify_files=verify_files, tuning=tuning)
        run.load(everything=everything)
        return run.report


def diff(root: Path, url: str) -> list[str]:
    """Return what a load would change, a line for each record and fact, and change nothing."""
    with load_transaction(url) as connection:
        check_schema(connection)
        run = LoadRun(connection, root)
        lines = run.differences()
        connection.rollback()
        return lines


def check(root: Path) -> dict[str, int]:
    """Load the documents under ``root`` into a database of their own; return how much there is.

    Raises SeedErrors and LoadError as ``load`` does.
    """
    with loaded_apart(root) as url:
        return loaded(url)


@contextmanager
def loaded_apart(root: Path) -> Iterator[str]:
    """Yield the URL of a temporary SQLite database with the documents, and tables of tokens.

    Raises SeedErrors and LoadError as ``load`` does.
    """
    with TemporaryDirectory(prefix="pobratim-") as folder:
        url = f"sqlite:///{Path(folder) / 'apart.db'}"
        engine = make_engine(url, writing=True, creating=True)
        with engine.begin() as connection:
            metadata.create_all(connection)
            create_token_tables(connection)
        engine.dispose()
        with load_transaction(url) as connection:
            LoadRun(connection, root).load(everything=True)
        yield url


def loaded(url: str) -> dict[str, int]:
    """Return the number of records of each kind, of facts and of spans in a database."""
    tables: dict[str, str] = {name: kind for kind, name in COLLECTIONS.items()}
    tables |= {"facts": "fact", "spans of evidence": "evidence"}
    counts = {
        name: select(func.count()).select_from(metadata.tables[table])
        for name, table in tables.items()
    }
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return {name: connection.execute(count).scalar_one() for name, count in counts.items()}
    finally:
        engine.dispose()


@dataclass(frozen=True)
class State:
    """The state of a database: the hash of the code that loaded it, and its documents."""

    code_hash: str | None
    content_hash: str | None
    documents: dict[str, Stored]


def read_state(connection: Connection) -> State:
    """Return the state of a database."""
    hashes = select(col(Revision.code_hash), col(Revision.content_hash))
    code, content = connection.execute(hashes).one_or_none() or (None, None)
    documents = select(
        col(Entity.slug), col(Document.signature), col(Document.files_sha256)
    ).join_from(Document, Entity, col(Entity.id) == col(Document.id))
    stored = {slug: Stored(*rest) for slug, *rest in connection.execute(documents)}
    return State(code, content, stored)


class LoadRun:
    """One load in its transaction."""

    def __init__(
        self,
        connection: Connection,
        root: Path,
        *,
        verify_files: bool = False,
        tuning: Tuning = _TUNING,
    ) -> None:
        self._connection = connection
        self._root = root
        self._tuning = tuning
        self._state = read_state(connection)
        self._changes = find_changes(
            root, self._state.documents, now=time.time_ns(), verify_files=verify_files
        )
        self.report = Report(
            len(self._changes.added), len(self._changes.changed), len(self._changes.removed)
        )
        self._errors = ErrorCollector()
        self._is_whole = True
        staging.create_tables(connection)

    def load(self, *, everything: bool) -> None:
        """Load what has changed, or everything."""
        fills = everything or self._state.code_hash != code_hash() or self._is_large()
        if fills:
            self._fill()
        elif self._size():
            self._stage_changes()
            change(self._connection, self._root)
            self._analyze_grown()
        self._update_signatures()
        if fills or self._size():
            self.report.is_new_revision = True
            count_changes(self._connection, self.report, all_rows=fills)
            self._write_revision()
        self.report.totals = read_totals(self._connection)

    def differences(self) -> list[str]:
        """Return what a load would change; the transaction is to be rolled back."""
        self._stage_changes()
        change_source(self._connection, self._root)
        return list(differences(self._connection))

    def _size(self) -> int:
        """Return the number of documents that differ."""
        changes = self._changes
        return len(changes.added) + len(changes.changed) + len(changes.removed)

    def _is_large(self) -> bool:
        """Return whether it is cheaper to fill the tables anew than to change them."""
        stored = len(self._state.documents)
        large = self._tuning.fill_above + self._tuning.fill_share * stored
        return not stored or self._size() > large

    def _workers(self, documents: int) -> Workers:
        return Workers(inline=documents <= self._tuning.inline)

    def _stage(self, workers: Workers, folders: Sequence[Path]) -> None:
        """Read documents, and stage their rows; collect all that is wrong."""
        stored = {slug: each.signature for slug, each in self._state.documents.items()}
        signatures = stored | self._changes.unchanged_with_new_signature | self._changes.signatures
        sources = ((folder, signatures[folder.name]) for folder in folders)
        with progress(len(folders), "documents") as shown:
            for rows in workers.map(read_documents, batched(sources, _BATCH)):
                if rows.errors:
                    self._errors.add_from(rows.errors)
                self._is_whole = self._is_whole and rows.is_whole
                staging.stage(self._connection, rows)
                shown.update(_BATCH)

    def _raise_errors(self, check: Callable[[Connection, Path, Collection[str]], None]) -> None:
        """Raise SeedErrors where documents are wrong, with what ``check`` raises of the rest."""
        if self._is_whole:
            raise_all(self._errors, lambda excused: check(self._connection, self._root, excused))
        self._errors.raise_any()

    def _stage_changes(self) -> None:
        """Stage the documents that differ, and find what they touch."""
        folders = sorted([*self._changes.added, *self._changes.changed])
        with self._workers(len(folders)) as workers:
            self._stage(workers, folders)
        slugs = [*self._changes.removed, *(folder.name for folder in folders)]
        staging.touch(self._connection, [entity_id("document", slug) for slug in slugs])
        remember(self._connection, all_rows=False)
        self._raise_errors(change_source)

    def _fill(self) -> None:
        """Stage all documents, and fill the tables with them."""
        folders = document_folders(self._root)
        with self._workers(len(folders)) as workers:
            self._stage(workers, folders)
            remember(self._connection, all_rows=True)
            is_read = self._state.content_hash is not None
            self._raise_errors(check_staged)
            fill(self._connection, self._root, workers, read=is_read)

    def _analyze_grown(self) -> None:
        """Count rows again where the number of documents has passed a power of two."""
        stored = len(self._state.documents)
        now = stored + len(self._changes.added) - len(self._changes.removed)
        if stored.bit_length() != now.bit_length():
            analyze_tables(self._connection)

    def _update_signatures(self) -> None:
        """Store the new signatures of files that have the same contents as before."""
        statement = text("UPDATE document SET signature = :signature WHERE id = :id")
        for slug, signature in self._changes.unchanged_with_new_signature.items():
            values = {"signature": signature, "id": entity_id("document", slug)}
            self._connection.execute(statement, values)

    def _write_revision(self) -> None:
        documents = (
            select(col(Entity.slug), col(Document.files_sha256))
            .join_from(Document, Entity, col(Entity.id) == col(Document.id))
            .order_by(col(Entity.slug))
        )
        hashes = [(slug, sha256) for slug, sha256 in self._connection.execute(documents)]
        self._connection.execute(delete(Revision))
        values = {
            "content_hash": content_hash(hashes),
            "code_hash": code_hash(),
            "loaded_at": datetime.now(UTC),
        }
        self._connection.execute(insert(Revision), values)
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(f"NOTIFY {CHANNEL}"))
