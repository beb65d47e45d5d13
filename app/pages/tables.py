"""Tables of list pages: the columns of each list, and the cells of its items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.domain.json import Json
from app.domain.vocabulary import PREDICATES
from app.pages import words
from app.pages.templates import fact_url, page_of
from app.schemas.facts import FACTS_PATH
from app.schemas.refs import record_page

MAX_PARTS = 5
"""The largest number of values in a cell; the page of the record has all."""


class Part(NamedTuple):
    """One value of a cell: its text, the page that it links to, and a word on it, or "" each.

    ``support`` is the key of a support, and ``is_quote`` says that a document prints the text.
    """

    text: str
    href: str = ""
    note: str = ""
    support: str = ""
    is_quote: bool = False


class Cell(NamedTuple):
    """The first values of a cell, none where nothing is said, and the number of all others."""

    parts: list[Part]
    rest: int = 0


class Row(NamedTuple):
    """An item of a list: the link of its heading, and the cells of all columns."""

    href: str
    cells: list[Cell]


COLUMNS: dict[str, tuple[str, ...]] = {
    "/v1/companies": ("name", "legal_form", "city", "brands", "products", "events"),
    "/v1/officials": ("name", "post", "organization", "territory", "agreements"),
    "/v1/people": ("name", "post", "events", "agreements"),
    "/v1/organizations": ("name", "type", "parent", "place", "leader", "events"),
    "/v1/places": ("name", "type", "parent"),
    "/v1/events": ("name", "type", "date", "venue", "place", "parent"),
    "/v1/agreements": ("name", "type", "status", "parties", "signatories", "attributed_to"),
    "/v1/quotations": ("name", "speaker", "text"),
    "/v1/documents": ("name", "language", "length", "fact_count"),
    "/v1/facts": ("subject", "predicate", "value", "support", "attributed_to", "evidence"),
}
"""The columns of every list by its path, the heading of the row first."""

_LABELS = {
    "post": PREDICATES["position"].label.ru,
    "attributed_to": words.parameter("attributed_to"),
    "language": words.parameter("language"),
    "length": "длина",
    "fact_count": words.LIST_NAMES[FACTS_PATH].title,
    "evidence": "слова документа",
}


def headings(path: str) -> list[str]:
    """Return the headings of the columns of a list."""
    label = words.parameter if path == FACTS_PATH else words.field
    return [_LABELS.get(name) or label(name) for name in COLUMNS[path]]


def rows(path: str, items: Sequence[Json]) -> list[Row]:
    """Return the rows of a list's items; a document's ``fact_count`` is the caller's to add."""
    return [_fact_row(each) if path == FACTS_PATH else _record_row(path, each) for each in items]


def _record_row(path: str, item: Json) -> Row:
    href = record_page(item["kind"], item["id"])
    return Row(href, [_cell(_record_parts(name, item)) for name in COLUMNS[path]])


def _record_parts(name: str, item: Json) -> Iterator[Part]:
    value = item[name]
    match name:
        case "post":
            value = value or item["position"]
        case "text":
            yield Part(value, is_quote=True)
            return
        case "length":
            value = words.count(value, "character")
        case "fact_count":
            yield Part(words.number(value), href=f"/facts?document={item['id']}")
            return
        case "date":
            value = value and (value["text"] or words.date(value))
    for each in value if isinstance(value, list) else [value]:
        if each is not None:
            yield _part(name, each, item)


def _part(name: str, value: Any, item: Json) -> Part:
    """Return one value of a record: a text, a reference, or a relation with its role."""
    if isinstance(value, str):
        return Part(words.parameter_value(name, value, item["kind"]) or value)
    if "href" in value:
        return _link(value)
    record = value.get("event") or value.get("agreement") or value.get("entity")
    role = words.parameter_value("role", value["role"], None) if "role" in value else None
    return _link(record, role or "") if record else Part(value["text"], note=role or "")


def _link(ref: Mapping[str, Any], note: str = "") -> Part:
    return Part(ref["name"], page_of(ref), note)


def _fact_row(fact: Json) -> Row:
    subject, speaker = fact["subject"], fact["attributed_to"]
    predicate = PREDICATES[fact["predicate"]]
    if fact["object"]:
        value = _link(fact["object"])
    else:
        value = Part(words.value(predicate.key, subject["kind"], fact["value"]))
    support = fact["support"]
    cells = [
        [Part(subject["name"])],
        [Part(predicate.label.ru)],
        [value],
        [Part(words.parameter_value("support", support, None) or support, support=support)],
        [_link(speaker)] if speaker else [],
        [Part(fact["evidence"][0]["exact"], href=fact_url(fact), is_quote=True)],
    ]
    return Row(page_of(subject), [Cell(each) for each in cells])


def _cell(parts: Iterator[Part]) -> Cell:
    found = list(parts)
    return Cell(found[:MAX_PARTS], max(0, len(found) - MAX_PARTS))
