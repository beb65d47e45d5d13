"""The peers, Datasette and roapi: a copy of the data as tables that both can serve."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

# What our list and search answer from, flat: neither peer nests. A record's text is what our own
# search index has of it: names, values and the words that prove them.
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
COMPANIES = """
SELECT c.id, e.slug, e.name, c.name_key, {values}, c.legal_form, p.name
FROM company c JOIN entity e ON e.id = c.id LEFT JOIN entity p ON p.id = c.city_id
""".format(
    values=", ".join(
        f"(SELECT group_concat(value, '; ') FROM fact WHERE subject_id = c.id"  # noqa: S608
        f" AND predicate = '{predicate}')"
        for predicate in ("also_known_as", "brand", "product")
    )
)
RECORDS = """
SELECT e.id, e.kind, e.slug, e.name, s.passages
FROM search_entry s JOIN entity e ON e.id = s.entity_id
"""


def copy_for_peers(source: Path, target: Path) -> None:
    """Write a SQLite file of flat tables, with a search index, from a database of ours."""
    making = target.with_suffix(".making")
    making.unlink(missing_ok=True)
    with sqlite3.connect(f"file:{source.absolute()}?mode=ro", uri=True) as ours:
        theirs = sqlite3.connect(making)
        theirs.executescript(TABLES)
        theirs.executemany(
            "INSERT INTO company (id, slug, name, name_key, also_known_as, brands, products, "
            "legal_form, city) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ours.execute(COMPANIES),
        )
        theirs.executemany(
            "INSERT INTO record (id, kind, slug, name, text) VALUES (?, ?, ?, ?, ?)",
            (
                (*row, "\n".join(text for _field, _fact, text in json.loads(passages)))
                for *row, passages in ours.execute(RECORDS)
            ),
        )
        theirs.commit()
        theirs.executescript(INDEXES)
        theirs.close()
    making.rename(target)


def datasette_app() -> Any:
    """Return Datasette over the copy, set up to be fast: for ``uvicorn --factory``.

    The file is immutable to it, so it counts rows once; it suggests no facets of its own.
    """
    from datasette.app import Datasette  # noqa: PLC0415 (in the environment of `make bench` alone)

    return Datasette(
        immutables=[os.environ["PEERS_DATABASE"]],
        settings={"suggest_facets": False},
    ).app()
