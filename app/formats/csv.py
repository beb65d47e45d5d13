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

from app.domain.json import Json
from app.schemas.facts import EvidenceOut
from app.schemas.refs import Ref

BYTE_ORDER_MARK = "\ufeff"
BETWEEN = " | "
# OWASP's list of characters that begin a formula, with the full-width forms that Excel accepts.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Getter = Callable[[Json], object]
CsvColumn = tuple[str, Getter]

_REF_FIELDS = ("kind", "id", "name")
_EVIDENCE_FIELDS = ("start", "end", "exact", "prefix", "suffix")


def columns(model: type[BaseModel], fields: Sequence[str] = ()) -> list[CsvColumn]:
    """Return the columns of a model; if ``fields`` are given, of these and `id` alone."""
    found: list[CsvColumn] = []
    for name, field in model.model_fields.items():
        is_flat = name != "facts" or field.annotation is str
        if is_flat and (not fields or name in fields or name == "id"):
            found += _columns(name, field.annotation)
    return found


def _columns(name: str, annotation: Any) -> list[CsvColumn]:
    types = _union_members(annotation)
    if Ref in types:
        return [
            (f"{name}_{part}", _nested_getter(name, _field_getter(part))) for part in _REF_FIELDS
        ]
    if EvidenceOut in {argument for each in types for argument in get_args(each)}:
        return _evidence_columns(name)
    for each in types:
        if isinstance(each, type) and issubclass(each, BaseModel):
            inner = [
                _columns(part, field.annotation)[0] for part, field in each.model_fields.items()
            ]
            return [(f"{name}_{part}", _nested_getter(name, get)) for part, get in inner]
    return [(name, _field_getter(name))]


def _union_members(annotation: Any) -> tuple[Any, ...]:
    """Return the types of a union, or the annotation itself if it is none."""
    if get_origin(annotation) in {Union, UnionType}:
        return get_args(annotation)
    return (annotation,)


def _field_getter(name: str) -> Getter:
    return lambda record: record[name]


def _nested_getter(name: str, get: Getter) -> Getter:
    return lambda record: None if record[name] is None else get(record[name])


def _evidence_columns(name: str) -> list[CsvColumn]:
    def first(part: str) -> Getter:
        return lambda record: record[name][0][part]

    return [
        ("document_id", lambda record: record[name][0]["document"]["id"]),
        *((part, first(part)) for part in _EVIDENCE_FIELDS),
        ("more_evidence", lambda record: BETWEEN.join(map(_span, record[name][1:]))),
    ]


def _span(evidence: Json) -> str:
    return f"{evidence['document']['id']} {evidence['start']}-{evidence['end']} {evidence['exact']}"


def cell(value: object) -> str:
    """Return a value as the text of one cell, escaped where a spreadsheet would see a formula."""
    match value:
        case None:
            text = ""
        case bool():
            text = str(value).lower()
        case list():
            text = BETWEEN.join(map(_list_item, value))
        case _:
            text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _list_item(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "href" in value:
        return f"{value['kind']}:{value['id']}"
    # The role comes first, then the entity or the text.
    parts = sorted(value.items(), key=lambda part: part[0] != "role")
    return " ".join(_list_item(part) for _, part in parts if part is not None)


def rows(table: Sequence[CsvColumn], pages: Iterable[Iterable[Json]]) -> Iterator[bytes]:
    """Yield the file: byte order mark, header, and the records of each page in turn.

    Nothing is yielded before the first page is read, so that an error there can set the status.
    """
    mark, header = BYTE_ORDER_MARK, [[name for name, _ in table]]
    for page in pages:
        yield _lines([*header, *([cell(get(record)) for _, get in table] for record in page)], mark)
        mark, header = "", []
    if header:
        yield _lines(header, mark)


def _lines(lines: Iterable[Iterable[str]], mark: str = "") -> bytes:
    out = io.StringIO(mark)
    out.seek(0, io.SEEK_END)
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()
