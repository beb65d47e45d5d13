"""The first page: what there is, and how to take all of it."""

from fastapi import Response
from pydantic_core import from_json
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.domain.vocabulary import COLLECTIONS
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import read_page
from app.listing.selection import resolve
from app.models import Document, StoredCount
from app.pages import linked_data, words
from app.pages.lists import add_fact_counts
from app.pages.templates import respond_page
from app.registry import LISTS
from app.resources.documents import DocumentQuery, documents
from app.schemas.facts import FACTS_PATH

router = Router("", include_in_schema=False)

MAX_DOCUMENTS = 20
"""The largest number of documents on the first page."""
_TOTALS = CompiledStatement(
    select(col(StoredCount.list), (-col(StoredCount.negative_count)).label("records")).where(
        col(StoredCount.facet) == "", col(StoredCount.key) == ""
    )
)


MAX_MEASURED = 100_000
"""The largest length, in code points, of a text whose size the data block tells."""
_TEXTS = CompiledStatement(
    select(col(Document.id), col(Document.text)).where(
        col(Document.id).in_(bindparam("ids", expanding=True)),
        col(Document.length) <= MAX_MEASURED,
    )
)


@router.get("/")
def get_home_page(context: ContextDep) -> Response:
    """Show what Pobratim is, the totals of all lists, and the first documents."""
    query = DocumentQuery(sort="text_order", limit=MAX_DOCUMENTS)
    with context.read() as connection:
        totals = {row.list: row.records for row in _TOTALS.rows(connection, {})}
        page = read_page(connection, documents, resolve(documents, query, query.limit + 1))
        found = [from_json(row.text) for row in page.rows]
        add_fact_counts(connection, page.rows, found)
        texts = dict(_TEXTS.rows(connection, {"ids": [row.id for row in page.rows]}))
        sizes = [len(texts[row.id].encode()) if row.id in texts else None for row in page.rows]
    node = linked_data.dataset_node(
        list(zip(found, sizes, strict=True)), context.revision, context.base_url
    )
    return respond_page(
        context,
        "home.html",
        linked_data=linked_data.as_script(node),
        lists=[
            (
                each.listing.path,
                words.LIST_NAMES[each.listing.path].title,
                totals.get(each.listing.path, 0),
            )
            for each in LISTS
        ],
        # Officials are people, and counted among them.
        records=sum(totals.get(f"/v1/{name}", 0) for name in COLLECTIONS.values()),
        facts=totals.get(FACTS_PATH, 0),
        documents=found,
        has_more=page.last is not None,
    )
