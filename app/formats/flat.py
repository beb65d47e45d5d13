"""CSV: records as rows of a table, whatever is nested in them laid out in columns.

A reference `city` becomes `city_kind`, `city_id` and `city_name`; a date becomes `date_edtf`,
`date_text` and so on; a list one cell, its members separated by ` | `, a reference in it as
`kind:id`. A fact has the first span of its evidence in columns, and further ones in
`more_evidence`. The file is UTF-8 with the mark that spreadsheets need. A text that a spreadsheet
would take for a formula has an apostrophe before it.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from app.facts import EvidenceOut
from app.references import Json, Ref

BYTE_ORDER_MARK = "\ufeff"
BETWEEN = " | "

Cell = Callable[[Json], object]
Column = tuple[str, Cell]

_REFERENCE = ("kind", "id", "name")
_EVIDENCE = ("start", "end", "exact", "prefix", "suffix")


def columns(model: type[BaseModel], fields: Sequence[str] = ()) -> list[Column]:
    """Return the columns of a model's records: of these fields and `id` only, if any are named."""
    found: list[Column] = []
    for name, field in model.model_fields.items():
        is_flat = name != "facts" or field.annotation is str
        if is_flat and (not fields or name in fields or name == "id"):
            found += _columns(name, field.annotation)
    return found


def _columns(name: str, annotation: Any) -> list[Column]:
    types = _members(annotation)
    if Ref in types:
        return [(f"{name}_{part}", _inside(name, _named(part))) for part in _REFERENCE]
    if EvidenceOut in {argument for each in types for argument in get_args(each)}:
        return _evidence_columns(name)
    for each in types:
        if isinstance(each, type) and issubclass(each, BaseModel):
            inner = [_columns(part, of.annotation)[0] for part, of in each.model_fields.items()]
            return [(f"{name}_{part}", _inside(name, cell)) for part, cell in inner]
    return [(name, _named(name))]


def _members(annotation: Any) -> tuple[Any, ...]:
    """Return the types that an annotation is a union of, or it alone."""
    if get_origin(annotation) in {Union, UnionType}:
        return get_args(annotation)
    return (annotation,)


def _named(name: str) -> Cell:
    return lambda record: record[name]


def _inside(name: str, cell: Cell) -> Cell:
    return lambda record: None if record[name] is None else cell(record[name])


def _evidence_columns(name: str) -> list[Column]:
    def first(part: str) -> Cell:
        return lambda record: record[name][0][part]

    return [
        ("document_id", lambda record: record[name][0]["document"]["id"]),
        *((part, first(part)) for part in _EVIDENCE),
        ("more_evidence", lambda record: BETWEEN.join(map(_span, record[name][1:]))),
    ]


def _span(evidence: Json) -> str:
    return f"{evidence['document']['id']} {evidence['start']}-{evidence['end']} {evidence['exact']}"


def cell(value: object) -> str:
    """Return a value as the text of one cell, harmless to spreadsheets."""
    match value:
        case None:
            text = ""
        case bool():
            text = str(value).lower()
        case list():
            text = BETWEEN.join(map(_member, value))
        case _:
            text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _member(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "href" in value:
        return f"{value['kind']}:{value['id']}"
    # The role stands first, whoever has it after it.
    parts = sorted(value.items(), key=lambda part: part[0] != "role")
    return " ".join(_member(part) for _, part in parts if part is not None)


def rows(table: Sequence[Column], pages: Iterable[Iterable[Json]]) -> Iterator[bytes]:
    """Yield the file: mark, header, and the records of each page in turn.

    The header waits for the first page: what can't be read at all must not begin well.
    """
    mark, header = BYTE_ORDER_MARK, [[name for name, _ in table]]
    for page in pages:
        yield _lines([*header, *([cell(get(record)) for _, get in table] for record in page)], mark)
        mark, header = "", []
    if header:
        yield _lines(header, mark)


def _lines(cells: Iterable[Iterable[str]], before: str = "") -> bytes:
    out = io.StringIO(before)
    out.seek(0, io.SEEK_END)
    csv.writer(out).writerows(cells)
    return out.getvalue().encode()
