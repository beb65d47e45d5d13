"""Search: records of every kind by name."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import col

from app.filters import MAX_VALUES, Text, is_one_of
from app.listing import Listing, ListQuery, Page, named
from app.models import Entity
from app.reader import Read
from app.references import Json, Ref, reference
from app.vocabulary import Kind

router = APIRouter(prefix="/v1/search", tags=["search"])


class SearchPage(Page[Ref]):
    """A page of records that match."""


class SearchQuery(ListQuery):
    """What one may ask of the search."""

    q: Text = Field(
        description="Words of a name, as any document prints it.",
        json_schema_extra={"examples": ["омск"]},
    )
    kind: list[Kind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds to search; all, unless given."
    )
    sort: Literal["name", "kind"] = Field(default="name", description="What to order by.")


listing = Listing(
    "/v1/search",
    table=Entity.__table__,  # type: ignore[attr-defined]
    key=col(Entity.id),
    columns=[col(Entity.kind), col(Entity.slug), col(Entity.name)],
    source=Entity.__table__,  # type: ignore[attr-defined]
    sorts={"name": col(Entity.name_key), "kind": col(Entity.kind)},
    filters={"q": named(col(Entity.id)), "kind": is_one_of("kind", col(Entity.kind))},
)


@router.get("", response_model=SearchPage)
def search_records(query: Annotated[SearchQuery, Query()], reader: Read) -> Json:
    """Search the records of all kinds."""
    return listing.page(
        reader,
        query,
        lambda _connection, rows: [reference(row.kind, row.slug, row.name) for row in rows],
    )
