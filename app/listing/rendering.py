"""Rendering: pages and exports from rows with rendered items."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app.db.types import AnyRow
from app.domain.json import Json, to_json_text
from app.formats import csv, jsonld
from app.listing.declaration import Listing
from app.listing.facts import facts_of, with_all_evidence
from app.params.queries import INCLUDED, ListQuery


def render_items(connection: Connection, rows: Sequence[AnyRow], query: ListQuery) -> list[str]:
    """Return the items of a page as JSON texts, with the fields of the query."""
    items = (
        items_with_facts(connection, rows) if query.includes_facts else [row.text for row in rows]
    )
    fields = selected_fields(query)
    if not fields:
        return items
    return [to_json_text(select_fields(from_json(item), fields)) for item in items]


def items_with_facts(connection: Connection, rows: Sequence[AnyRow]) -> list[str]:
    """Return items as JSON texts, each with the rendered facts of its record appended."""
    facts = facts_of(connection, [row.id for row in rows])
    return [
        f'{row.text[:-1]},"facts":[{",".join(fact.text for fact in facts.get(row.id, ()))}]}}'
        for row in rows
    ]


def full_records(
    connection: Connection, listing: Listing, rows: Sequence[AnyRow], query: ListQuery
) -> list[Json]:
    """Return the records of an export, with the evidence that a page leaves out."""
    records = listing.complete(connection, rows)
    if query.includes_facts:
        facts = facts_of(connection, [row.id for row in rows])
        for row, record in zip(rows, records, strict=True):
            record["facts"] = with_all_evidence(connection, facts.get(row.id, []))
    return records


def selected_fields(query: ListQuery) -> list[str]:
    """Return the fields of each item, [] for all of them."""
    included = INCLUDED if query.includes_facts else ()
    return ["id", *query.fields, *included] if query.fields else []


def select_fields(record: Json, fields: Sequence[str]) -> Json:
    """Return a record with some of its fields, in their own order; [] selects all."""
    if not fields:
        return record
    return {name: record[name] for name in record if name in fields}


def json_object(lists: Mapping[str, Iterable[str]], rest: Json) -> bytes:
    """Return an object as JSON: lists of rendered items, then other members."""
    parts = [f'"{name}":[{",".join(items)}],' for name, items in lists.items()]
    return b"{%s%s" % ("".join(parts).encode(), to_json(rest)[1:])


def render_export(
    listing: Listing,
    format: str,
    pages: Iterable[list[Json]],
    fields: Sequence[str] = (),
    base_url: str = "",
) -> Iterator[bytes]:
    """Yield records in a format without pages: CSV, JSON-LD or NDJSON."""
    match format:
        case "csv":
            yield from csv.rows(csv.columns(listing.model, fields), pages)
        case "jsonld":
            yield from jsonld.document(pages, fields, base_url)
        case _:
            for page in pages:
                lines = (to_json(select_fields(record, fields)) + b"\n" for record in page)
                yield b"".join(lines)
