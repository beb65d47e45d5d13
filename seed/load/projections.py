"""Projections of what is touched: made by workers, and written in the order of their keys."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Never

from sqlalchemy import Connection, text
from tqdm import tqdm

from app.materialize import render, unrendered
from app.models import metadata
from app.projections.kinds import PROJECTIONS
from app.schemas.facts import FACTS_PATH
from seed.errors import ErrorCollector
from seed.load import batches
from seed.load.bulk import insert_rows
from seed.load.checks import Checks
from seed.load.staging import STAGED_ENTRY
from seed.load.workers import Workers
from seed.transform.facts import project_facts
from seed.transform.records import project_documents, project_records
from seed.transform.search_rows import ENTRY, EntryRow

ITEM = metadata.tables["item"]
LISTS = (FACTS_PATH, *(projection.path for projection in PROJECTIONS))
"""The path of every list that has rendered items."""
_COLUMNS = ("list", "id", "text")

FactTokens = list[tuple[int, bytes]]
"""The keys of facts, and their tokens."""


class Projections:
    """The projections of the touched facts and records, written as ``workers`` make them."""

    def __init__(self, connection: Connection, root: Path, workers: Workers) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._workers = workers
        self._checks = Checks(connection, root)
        self._errors = ErrorCollector()

    def write_records(self, *, replace: bool) -> None:
        """Write typed rows, and stage search entries."""
        task = partial(project_records, self._dialect)
        for records in self._workers.map(task, batches.record_batches(self._connection)):
            self._errors.add(self._checks.too_large(*error) for error in records.errors)
            for kind, rows in records.rows.items():
                values = [tuple(row.values()) for row in rows]
                insert_rows(
                    self._connection, metadata.tables[kind], values, rows[0], replace=replace
                )
            self._stage_entries(records.entries)
        documents = batches.document_batches(self._connection)
        for entries in self._workers.map(partial(project_documents, self._dialect), documents):
            self._stage_entries(entries)

    def write_facts(self) -> Iterator[FactTokens]:
        """Write the items of facts, and yield their tokens.

        Raises SeedErrors for the records and facts that have too many words for search.
        """
        total = self._connection.execute(text("SELECT count(*) FROM touched_fact")).scalar_one()
        task = partial(project_facts, self._dialect)
        with progress(total, "facts") as shown:
            for facts in self._workers.map(task, batches.fact_batches(self._connection)):
                self._errors.add(self._checks.too_large_fact(*error) for error in facts.errors)
                items = [(FACTS_PATH, id_, item) for id_, item, _ in facts.rows]
                insert_rows(self._connection, ITEM, items, _COLUMNS)
                shown.update(len(facts.rows))
                yield [(id_, tokens) for id_, _, tokens in facts.rows]
        self._errors.raise_any()

    def fact_tokens(self) -> Iterator[FactTokens]:
        """Yield the tokens of facts as they are now."""
        for batch in batches.fact_batches(self._connection):
            facts = project_facts(self._dialect, batch)
            yield [(id_, tokens) for id_, _, tokens in facts.rows]

    def write_items(self) -> None:
        """Write the items of records, which show typed rows and facts."""
        ids = partial(batches.touched_ids, self._connection)
        for items in self._workers.map(render, unrendered(self._connection, ids)):
            insert_rows(self._connection, ITEM, items, _COLUMNS)

    def _stage_entries(self, entries: list[EntryRow]) -> None:
        """Store entries until all are known and can be ranked."""
        if entries:
            tokens = range(len(entries[0]) - len(ENTRY))
            columns = [*ENTRY, *(f"tokens_{place}" for place in tokens)]
            insert_rows(self._connection, STAGED_ENTRY, entries, columns)


def progress(total: int, unit: str) -> "tqdm[Never]":
    """Return a progress bar on a terminal, shown after a second."""
    return tqdm(total=total, unit=f" {unit}", delay=1, disable=None)
