"""Reports: what a load has changed, or would change, and how much there is."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import shorten

from sqlalchemy import Connection, bindparam, select, text
from sqlmodel import col

from app.domain.vocabulary import COLLECTIONS
from app.models import StoredCount

_NOW = "EXISTS (SELECT 1 FROM {0} n WHERE n.id = t.id)"
_BEFORE = "EXISTS (SELECT 1 FROM former_{0} b WHERE b.id = t.id)"
_CONDITIONS = {
    "+": f"NOT {_BEFORE} AND {_NOW}",
    "-": f"{_BEFORE} AND NOT {_NOW}",
    "~": f"{_BEFORE} AND {_NOW}",
}
"""What has come, gone or changed, of the touched rows ``t`` of a table."""
_COUNT = (-col(StoredCount.negative_count)).label("records")
_CHANGED_RECORD = "AND (t.is_subject OR t.kind = 'document')"
_MAX_VALUE = 200
"""The longest value that is shown, in characters."""
_NAMES = (*COLLECTIONS.values(), "facts")


@dataclass
class Report:
    """The documents that a load adds, changes and removes, and the ``facts`` that it writes.

    ``changes`` are the numbers of ``+``, ``-`` and ``~`` by kind, ``totals`` what there is.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    facts: int = 0
    changes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    totals: dict[str, int] = field(default_factory=dict)
    is_new_revision: bool = False

    def __bool__(self) -> bool:
        """Return whether anything was loaded."""
        return self.is_new_revision

    def lines(self, seconds: float) -> Iterator[str]:
        """Yield the summary, then how much there is of each kind, and what of it is other now."""
        yield (
            f"{self.added:,} added, {self.changed:,} changed, {self.removed:,} removed: "
            f"{self.facts:,} facts in {seconds:.1f} s"
            if self
            else "Nothing has changed:"
        )
        yield from table_lines(self.totals, self.changes)


def table_lines(
    totals: Mapping[str, int], changes: Mapping[str, Mapping[str, int]] | None = None
) -> Iterator[str]:
    """Yield a line for each total, with the changes of it by sign."""
    rows = [
        (
            name,
            f"{total:>8,}",
            *(
                f"{sign}{number:,}" if (number := (changes or {}).get(name, {}).get(sign)) else ""
                for sign in _CONDITIONS
            ),
        )
        for name, total in totals.items()
    ]
    first, *widths = (max(map(len, column)) for column in zip(*rows, strict=True))
    for name, *cells in rows:
        shown = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True) if width)
        yield f"  {name.ljust(first)}  {'  '.join(shown)}".rstrip()


def remember(connection: Connection, *, all_rows: bool) -> None:
    """Store which records and facts there are before a load: all, or those that it touches."""
    for table, columns in (("entity", "id, kind, slug"), ("fact", "id")):
        touched = "" if all_rows else f"WHERE id IN (SELECT id FROM touched_{table})"
        statement = f"INSERT INTO former_{table} SELECT {columns} FROM {table} {touched}"
        connection.execute(text(f"{statement} ORDER BY id"))


def count_changes(connection: Connection, report: Report, *, all_rows: bool) -> None:
    """Add what has come, gone and changed since ``remember``.

    Where ``all_rows`` were written anew nobody knows which of them are other than before: what has
    changed are the documents then.
    """
    for sign in "+-" if all_rows else _CONDITIONS:
        records = f"SELECT t.kind, count(*) FROM {_changed('entity', sign)} GROUP BY t.kind"
        for kind, number in connection.execute(text(records)):
            report.changes[COLLECTIONS[kind]][sign] = number
        facts = f"SELECT count(*) FROM {_changed('fact', sign)}"
        report.changes["facts"][sign] = connection.execute(text(facts)).scalar_one()
    report.changes["documents"]["~"] = report.changed
    facts = "SELECT count(*) FROM touched_fact"
    report.facts = connection.execute(text(facts)).scalar_one()


def _changed(table: str, sign: str) -> str:
    """Return the rows of a table, named ``t``, that have come, gone or changed."""
    # What is gone from everything is touched by nothing.
    source = f"former_{table}" if sign == "-" else f"touched_{table}"
    more = _CHANGED_RECORD if (table, sign) == ("entity", "~") else ""
    return f"{source} t WHERE {_CONDITIONS[sign].format(table)} {more}"


def read_totals(connection: Connection) -> dict[str, int]:
    """Return the number of records of each kind and of facts, as the load has stored them."""
    paths = {name: f"/v1/{name}" for name in _NAMES}
    counts = select(col(StoredCount.list), _COUNT).where(
        col(StoredCount.list).in_(bindparam("paths", expanding=True)),
        col(StoredCount.facet) == "",
        col(StoredCount.key) == "",
    )
    rows = connection.execute(counts, {"paths": list(paths.values())})
    stored = {row.list: row.records for row in rows}
    return {name: stored.get(path, 0) for name, path in paths.items()}


def differences(connection: Connection) -> Iterator[str]:
    """Yield a line for each record and fact that comes, goes or changes, with its documents."""
    by_record, by_fact = _documents(connection)
    for sign in _CONDITIONS:
        records = f"SELECT t.id, t.kind, t.slug FROM {_changed('entity', sign)} ORDER BY 2, 3"
        for id_, kind, slug in connection.execute(text(records)).all():
            yield f"{sign} {kind}/{slug}{_among(by_record[id_] - {slug})}"
    for sign, condition in _CONDITIONS.items():
        facts = f"""SELECT t.id, s.kind, s.slug, t.predicate, t.value,
                o.kind AS object_kind, o.slug AS object_slug
            FROM touched_fact t JOIN touched_entity s ON s.id = t.subject_id
            LEFT JOIN touched_entity o ON o.id = t.object_id
            WHERE {condition.format("fact")} ORDER BY s.kind, s.slug, t.predicate, t.id"""
        for row in connection.execute(text(facts)).all():
            said = (
                f"«{shorten(row.value, _MAX_VALUE, placeholder=' …')}»"
                if row.value
                else (f"{row.object_kind}/{row.object_slug}")
            )
            yield f"{sign} {row.kind}/{row.slug} {row.predicate} {said}{_among(by_fact[row.id])}"


def _documents(connection: Connection) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Return the ids of the documents that change the evidence of each record and fact."""
    by_record: dict[int, set[str]] = defaultdict(set)
    by_fact: dict[int, set[str]] = defaultdict(set)
    pairs = text(
        """SELECT f.subject_id, f.id, t.slug FROM differing d
        JOIN touched_entity t ON t.id = d.document_id JOIN touched_fact f ON f.id = d.fact_id"""
    )
    for record, fact, slug in connection.execute(pairs):
        by_record[record].add(slug)
        by_fact[fact].add(slug)
    return by_record, by_fact


def _among(documents: set[str]) -> str:
    return f" ({', '.join(sorted(documents))})" if documents else ""
