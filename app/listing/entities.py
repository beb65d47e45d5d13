"""The details of entities: one record with its facts, and its neighbours."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.domain.ids import SLUG, entity_id
from app.domain.json import Json
from app.exceptions import record_not_found
from app.formats.picture import MAX_NEIGHBOURS, Tie, choose_ties, draw
from app.http.context import RequestContext
from app.listing.declaration import EntityListing
from app.listing.neighbours import neighbour_groups
from app.listing.rendering import items_with_facts
from app.models import Entity, RenderedItem
from app.models.rendered_item import is_item
from app.schemas.refs import page_path, ref

Id = Annotated[
    str,
    # Documented only: a malformed id denotes no record, so it is a 404 like any unknown one.
    Path(
        description="The record's id.",
        json_schema_extra={"pattern": f"^{SLUG}$", "minLength": 1, "maxLength": 100},
    ),
]


class RelatedQuery(BaseModel):
    """The parameters of the neighbours of a record."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["json", "svg"] = Field(
        default="json",
        description=(
            f"The form of the answer: data, or a picture of at most {MAX_NEIGHBOURS} neighbours."
        ),
    )


def respond_detail(listing: EntityListing, context: RequestContext, slug: str) -> Response:
    """Return the response with one record and its facts; raise NotFoundError."""
    with context.read() as connection:
        row = find_record(connection, listing, slug)
        (item,) = items_with_facts(connection, [row])
    context.set_links(page_path(f"{listing.path}/{slug}"))
    return context.raw(item.encode())


def respond_related(
    listing: EntityListing, context: RequestContext, slug: str, query: RelatedQuery
) -> Response:
    """Return the response with the neighbours of one record; raise NotFoundError."""
    with context.read() as connection:
        row = find_record(connection, listing, slug)
        groups = neighbour_groups(connection, row.id)
    entity = ref(listing.kind, row.slug, row.name)
    if query.format == "svg":
        context.headers["Content-Disposition"] = f'inline; filename="{slug}.svg"'
        picture = _picture(entity, groups, context.base_url)
        return context.raw(picture.encode(), "image/svg+xml")
    return context.json({"entity": entity, "groups": groups})


def _picture(entity: Json, groups: Iterable[Json], base_url: str) -> str:
    ties = [
        Tie(group["direction"], each["fact"]) for group in groups for each in group["neighbours"]
    ]
    chosen = choose_ties(ties)
    total = sum(group["total"] for group in groups)
    return draw(entity, chosen, total - len(chosen), base_url)


def find_record(connection: Connection, listing: EntityListing, slug: str) -> Any:
    """Return id, slug, name and JSON text of one record; raise NotFoundError."""
    key = entity_id(listing.kind, slug)
    rows = _record_statement(listing.path).rows(connection, {"id": key})
    # Distinct slugs can share a key, which is a hash.
    if not rows or rows[0].slug != slug:
        raise record_not_found(slug, listing.path)
    return rows[0]


@lru_cache
def _record_statement(path: str) -> CompiledStatement:
    """Return the statement for one record of a list, cached for each list."""
    return CompiledStatement(
        select(col(Entity.id), col(Entity.slug), col(Entity.name), col(RenderedItem.text))
        .join(RenderedItem, is_item(path, col(Entity.id)))
        .where(col(Entity.id) == bindparam("id"))
    )
