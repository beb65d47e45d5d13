"""The endpoints of facts."""

from typing import Annotated

from fastapi import Query, Response
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.domain.ids import fact_key
from app.exceptions import record_not_found
from app.formats.responses import EXPORT_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id
from app.listing.facts import with_all_evidence
from app.models import RenderedItem
from app.models.rendered_item import is_item
from app.resources.facts import FactPage, FactQuery, facts
from app.schemas.facts import FACTS_PATH, FactOut
from app.schemas.refs import page_path

router = Router("/v1/facts", tag="facts")

_ONE = CompiledStatement(
    select(col(RenderedItem.id), col(RenderedItem.text)).where(is_item(FACTS_PATH, bindparam("id")))
)


@router.get("", response_model=FactPage, responses=EXPORT_RESPONSES)
def list_facts(query: Annotated[FactQuery, Query()], context: ContextDep) -> Response:
    """List the facts that match."""
    return respond(facts, context, query)


@router.get("/{id}", response_model=FactOut)
def get_fact(id: Id, context: ContextDep) -> Response:
    """Get one fact with its evidence."""
    with context.read() as connection:
        rows = _ONE.rows(connection, {"id": fact_key(id)})
        if not rows:
            raise record_not_found(id, facts.path)
        (fact,) = with_all_evidence(connection, rows)
    context.set_links(page_path(f"{FACTS_PATH}/{id}"))
    return context.json(fact)
