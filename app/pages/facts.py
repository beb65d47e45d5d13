"""The page of a fact: its place in the reader of the first document that proves it."""

from fastapi import Response
from fastapi.responses import RedirectResponse
from pydantic_core import from_json
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.domain.ids import fact_key
from app.exceptions import record_not_found
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.entities import Id
from app.models import RenderedItem
from app.models.rendered_item import is_item
from app.pages.templates import fact_url
from app.schemas.facts import FACTS_PATH

router = Router("/facts", include_in_schema=False)

_FACT = CompiledStatement(
    select(col(RenderedItem.text)).where(is_item(FACTS_PATH, bindparam("id")))
)


@router.get("/{id}")
def get_fact_page(id: Id, context: ContextDep) -> Response:
    """Lead to the words that prove a fact, marked in their document."""
    with context.read() as connection:
        key = fact_key(id)
        rows = _FACT.rows(connection, {"id": key}) if key is not None else []
    if not rows:
        raise record_not_found(id, "/facts")
    return RedirectResponse(fact_url(from_json(rows[0].text)), 302, headers=context.headers)
