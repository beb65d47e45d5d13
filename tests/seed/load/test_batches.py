"""Batches: their size changes nothing, and each has all that is needed to project it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from seed.extract.files import document_folders
from seed.load import staging
from seed.load.batches import document_batches, fact_batches, record_batches
from seed.load.reading import read_documents
from seed.load.source import mark_heads, replace_source
from seed.load.transaction import load_transaction
from seed.synthetic.generate import generate
from seed.transform.facts import project_facts
from seed.transform.records import project_records
from tests.databases import Databases


@contextmanager
def loaded_source(databases: Databases, root: Path) -> Iterator[Connection]:
    """Yield a transaction, rolled back afterwards, with the source of generated documents."""
    generate(root, 600, 4)
    with databases.migrated() as url, load_transaction(url) as connection:
        staging.create_tables(connection)
        sources = [(folder, "") for folder in document_folders(root)]
        staging.stage(connection, read_documents(sources))
        staging.touch_all(connection)
        replace_source(connection)
        mark_heads(connection, all_facts=True)
        yield connection
        connection.rollback()


def project(dialect: str, batch: Any) -> list[tuple[Any, ...]]:
    """Return the rows that a batch makes by itself."""
    if isinstance(batch, list):
        return batch
    if not hasattr(batch, "ids"):
        return project_facts(dialect, batch).rows
    records = project_records(dialect, batch)
    rows = [(kind, *row.items()) for kind, found in records.rows.items() for row in found]
    return [*records.entries, *rows]


@pytest.mark.parametrize("batches", [fact_batches, record_batches, document_batches])
def test_the_size_of_batches_does_not_change_what_they_make(
    databases: Databases, tmp_path: Path, batches: Callable[..., Iterator[Any]]
) -> None:
    with loaded_source(databases, tmp_path) as connection:
        dialect = connection.dialect.name
        whole = [row for batch in batches(connection) for row in project(dialect, batch)]
        small = [project(dialect, batch) for batch in batches(connection, 2)]
    assert len(small) > 1
    assert sorted((row for rows in small for row in rows), key=repr) == sorted(whole, key=repr)
