"""Checks: whether what all documents say stands together, as far as a load touches it."""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.domain.vocabulary import PREDICATES
from seed.errors import MAX_ERRORS, ErrorCollector, SeedError, SeedErrors
from seed.extract.facts_file import FactLine, Place, line_at
from seed.extract.files import FACTS_FILES, SourceDocument, read_document
from seed.extract.statements import document_of, error_at, reading_position, record_error

_SINGLE = ", ".join(f"'{name}'" for name, each in PREDICATES.items() if each.single)
_SUBJECT = "SELECT kind, slug FROM {} WHERE id = :id"
_FACT = "f.subject_id, f.predicate, f.value, f.object_id, f.attributed_to_id, f.text_order"
_FIRST = f"ORDER BY text_order LIMIT {MAX_ERRORS + 1}"
"""The order and limit of the rows in error: one more than are reported."""


def check_source(connection: Connection, root: Path, excused: Collection[str] = ()) -> None:
    """Raise SeedErrors where documents don't stand together, in the order of documents.

    The records in ``excused``, such as ``place/omsk``, may be incomplete or missing.
    """
    checks = Checks(connection, root, excused)
    found = chain(
        checks.unknown_records(),
        checks.incomplete_records(),
        checks.contradictions(),
        checks.cycles(),
    )
    errors = ErrorCollector()
    errors.add(sorted(found, key=_position))
    errors.raise_any()


def raise_all(errors: ErrorCollector, check: Callable[[Collection[str]], None]) -> None:
    """Raise SeedErrors with the errors of documents, if there are any, and with those of ``check``.

    That sees valid lines alone, so the records that have others are excused.
    """
    if errors.errors and not errors.is_full:
        try:
            check({each.subject.record for each in errors.errors})
        except SeedErrors as error:
            ordered = ErrorCollector()
            ordered.add(sorted([*errors.errors, *error.errors], key=_position), error.more)
            errors = ordered
    errors.raise_any()


def _position(error: SeedError) -> tuple[str, bool, tuple[int, ...]]:
    """Return the position of an error among those of all documents, each with its facts last."""
    is_facts = error.file.name in FACTS_FILES
    return error.file.parent.name, is_facts, error.location[:2] if is_facts else ()


def has_unknown_records(connection: Connection) -> bool:
    """Return whether a touched fact refers to a record that no document names."""
    unknown = " OR ".join(
        f"f.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.id = f.{column})"
        for column in ("subject_id", "object_id", "attributed_to_id")
    )
    statement = f"SELECT 1 FROM touched_fact t JOIN fact f ON f.id = t.id WHERE {unknown} LIMIT 1"
    return connection.execute(text(statement)).first() is not None


class Checks:
    """Errors of what is loaded, each at the line that its author wrote."""

    def __init__(self, connection: Connection, root: Path, excused: Collection[str] = ()) -> None:
        self._connection = connection
        self._root = root
        self._excused = excused
        # Errors come in the order of documents, several of each.
        self._read = lru_cache(maxsize=1)(read_document)

    def unknown_records(self) -> Iterator[SeedError]:
        """Yield the errors of facts with an object or a speaker that no document names."""
        for column in ("object_id", "attributed_to_id"):
            gone = """SELECT t.id FROM touched_entity t
                WHERE NOT EXISTS (SELECT 1 FROM entity e WHERE e.id = t.id)"""
            for row in self._rows(
                f"""SELECT {_FACT} FROM touched_fact t CROSS JOIN fact f
                WHERE f.id = t.id AND f.{column} IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.id = f.{column})
                UNION SELECT {_FACT} FROM ({gone}) AS g CROSS JOIN fact f
                WHERE f.{column} = g.id {_FIRST}"""
            ):
                line = self._line(row)
                key = column.removesuffix("_id")
                if (reference := getattr(line, key)) not in self._excused:
                    yield self._error(row, f"there is no record {reference}", key)

    def incomplete_records(self) -> Iterator[SeedError]:
        """Yield the errors of records without a name, and of quotations without a text."""
        for predicate, kinds in (
            ("name", "t.kind <> 'document'"),
            ("text", "t.kind = 'quotation'"),
        ):
            for row in self._rows(
                f"""SELECT f.subject_id, min(f.text_order) AS text_order
                FROM touched_entity t CROSS JOIN fact f WHERE f.subject_id = t.id AND {kinds}
                    AND NOT EXISTS (SELECT 1 FROM fact n
                        WHERE n.subject_id = t.id AND n.predicate = '{predicate}')
                GROUP BY f.subject_id {_FIRST}"""
            ):
                if "/".join(self._subject(row)) not in self._excused:
                    yield self._record_error(row, f"lacks a {predicate}")

    def contradictions(self) -> Iterator[SeedError]:
        """Yield the errors of facts that say of a record what an earlier one says otherwise."""
        said = "coalesce(f.value, CAST(f.object_id AS TEXT))"
        rows = self._rows(
            f"""SELECT {_FACT} FROM (
                SELECT f.subject_id, f.predicate FROM (
                    SELECT DISTINCT subject_id, predicate FROM touched_fact
                    WHERE predicate IN ({_SINGLE})
                ) AS p CROSS JOIN fact f
                WHERE f.subject_id = p.subject_id AND f.predicate = p.predicate
                GROUP BY f.subject_id, f.predicate HAVING min({said}) <> max({said})
                LIMIT {MAX_ERRORS + 1}
            ) AS c CROSS JOIN fact f WHERE f.subject_id = c.subject_id AND f.predicate = c.predicate
            ORDER BY f.subject_id, f.predicate"""
        )
        found: list[tuple[Any, Any]] = []
        for _, facts in groupby(rows, lambda row: row[:2]):
            first, *others = sorted(facts, key=lambda row: reading_position(row.text_order))
            found += ((each, first) for each in others if each[2:4] != first[2:4])
        for row, first in sorted(found, key=lambda pair: pair[0].text_order):
            other = first.value or self._line(first).object
            key = "value" if row.object_id is None else "object"
            yield self._error(row, f"{self._file(first)} says «{other}» instead", key)

    def cycles(self) -> Iterator[SeedError]:
        """Yield the errors of records that are part of themselves."""
        for row in self._rows(
            f"""WITH RECURSIVE above (start, id) AS (
                SELECT t.subject_id, t.object_id FROM touched_fact t
                WHERE t.predicate = 'parent' AND EXISTS (SELECT 1 FROM fact f WHERE f.id = t.id)
                UNION SELECT a.start, f.object_id FROM above a CROSS JOIN fact f
                WHERE f.subject_id = a.id AND f.predicate = 'parent'
            ) SELECT {_FACT} FROM above a CROSS JOIN fact f
            WHERE a.id = a.start AND f.subject_id = a.id AND f.predicate = 'parent' {_FIRST}"""
        ):
            yield self._record_error(row, "is part of itself")

    def too_large(self, record: int, message: str) -> SeedError:
        """Return the error of a record with more words than search can index."""
        (row,) = self._rows(
            f"""SELECT {record} AS subject_id, min(text_order) AS text_order FROM fact
            WHERE subject_id = {record}"""
        )
        return self._record_error(row, message)

    def too_large_fact(self, id_: int, message: str) -> SeedError:
        """Return the error of a fact with more words than search can index."""
        (row,) = self._rows(f"SELECT {_FACT} FROM fact f WHERE f.id = {id_}")
        return self._error(row, message, "predicate")

    def _rows(self, statement: str) -> list[Any]:
        return list(self._connection.execute(text(statement)).all())

    def _document(self, row: Any) -> SourceDocument:
        return self._read(self._root / document_of(row.text_order))

    def _file(self, row: Any) -> Path:
        return self._document(row).facts_file

    def _subject(self, row: Any) -> tuple[Any, str]:
        """Return kind and slug of a fact's subject, which may be gone already."""
        for table in ("touched_entity", "entity"):
            found = self._connection.execute(text(_SUBJECT.format(table)), {"id": row.subject_id})
            if subject := found.one_or_none():
                return subject.kind, subject.slug
        raise LookupError(row.subject_id)

    def _place(self, row: Any) -> Place:
        _, number = reading_position(row.text_order)
        return Place(*self._subject(row), number)

    def _line(self, row: Any) -> FactLine:
        return line_at(self._document(row).facts, self._place(row))

    def _error(self, row: Any, message: str, key: str) -> SeedError:
        return error_at(self._document(row), self._place(row), message, key)

    def _record_error(self, row: Any, message: str) -> SeedError:
        return record_error(self._document(row), *self._subject(row), message)
