"""Peers: Datasette and roapi, on a copy of the data in flat tables that both can serve."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

# The tables are flat because neither peer nests. For a fair comparison a record's text is that of
# Pobratim's own search index: its names, values and evidence.
TABLES = """
CREATE TABLE company (
    id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT NULL,
    also_known_as TEXT, legal_form TEXT, city TEXT, brands TEXT, products TEXT
);
CREATE TABLE record (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE VIRTUAL TABLE record_fts USING fts5(name, text, content='record', content_rowid='id');
"""
INDEXES = """
CREATE INDEX company_name_key ON company (name_key);
CREATE INDEX company_legal_form ON company (legal_form);
CREATE INDEX company_city ON company (city);
INSERT INTO record_fts (record_fts) VALUES ('rebuild');
ANALYZE;
"""
SELECT_COMPANIES = """
SELECT c.id, e.slug, e.name, c.name_key, {values}, c.legal_form, p.name
FROM company c JOIN entity e ON e.id = c.id LEFT JOIN entity p ON p.id = c.city_id
""".format(
    values=", ".join(
        f"(SELECT group_concat(value, '; ') FROM fact WHERE subject_id = c.id"  # noqa: S608
        f" AND predicate = '{predicate}')"
        for predicate in ("also_known_as", "brand", "product")
    )
)
SELECT_RECORDS = """
SELECT e.id, e.kind, e.slug, e.name, s.passages
FROM search_entry s JOIN entity e ON e.id = s.entity_id
"""


def copy_for_peers(source: Path, target: Path) -> None:
    """Copy a Pobratim database into a SQLite file of flat tables with a full-text index."""
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with sqlite3.connect(f"file:{source.absolute()}?mode=ro", uri=True) as original:
        copy = sqlite3.connect(unfinished)
        copy.executescript(TABLES)
        copy.executemany(
            "INSERT INTO company (id, slug, name, name_key, also_known_as, brands, products, "
            "legal_form, city) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            original.execute(SELECT_COMPANIES),
        )
        copy.executemany(
            "INSERT INTO record (id, kind, slug, name, text) VALUES (?, ?, ?, ?, ?)",
            (
                (*row, "\n".join(text for _field, _fact, text in json.loads(passages)))
                for *row, passages in original.execute(SELECT_RECORDS)
            ),
        )
        copy.commit()
        copy.executescript(INDEXES)
        copy.close()
    unfinished.rename(target)


def datasette_app() -> Any:
    """Return Datasette's application for the copy, in its fastest configuration.

    An immutable file lets Datasette count rows once. Facet suggestions are off: each costs a query.
    """
    from datasette.app import Datasette  # noqa: PLC0415 (installed by `make bench` only)

    return Datasette(
        immutables=[os.environ["PEERS_DATABASE"]],
        settings={"suggest_facets": False},
    ).app()
