"""Places: countries, regions, cities, and venues of events."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import MAX_VALUES, Slugs, is_one_of, refers_to
from app.listing import (
    EXPORTS,
    EntityListing,
    EntityOut,
    Id,
    MaybeFacts,
    Page,
    WithFacts,
)
from app.models import Entity, Place
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.references import Ref, reference_columns, referred
from app.related import Related
from app.routing import Route
from app.vocabulary import PlaceType

router = APIRouter(prefix="/v1/places", tags=["places"], route_class=Route)


class PlaceOut(EntityOut):
    """A country, region, city or venue."""

    id: str = Field(description="The place's id.", examples=["pavlodar"])
    kind: Literal["place"] = Field(description="The kind of record.", examples=["place"])
    name: str = Field(description="Its name, in the nominative.", examples=["Павлодар"])
    also_known_as: list[str] = Field(
        description="Other forms in which the documents print the name.", examples=[[]]
    )
    type: PlaceType | None = Field(description="What it is.", examples=["city"])
    parent: Ref | None = Field(description="The larger place it lies in.")


class PlaceItem(MaybeFacts, PlaceOut):
    """A place, as a list gives it."""


class PlaceDetail(WithFacts, PlaceOut):
    """A place, with all that proves what is said of it."""


class PlacePage(Page[PlaceItem]):
    """A page of places."""


class PlaceQuery(EntityQuery):
    """What one may ask of the list of places."""

    type: list[PlaceType] = Field(default=[], max_length=MAX_VALUES, description="What it is.")
    parent: Slugs = Field(default=[], description="Id of the larger place it lies in.")
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(PlaceItem)] = FIELDS
    facet: list[Literal["type", "parent"]] = FACETS


_parent = aliased(Entity)

places = EntityListing(
    "place",
    "/v1/places",
    Place,
    PlaceItem,
    columns=[col(Place.type), *reference_columns(_parent, "parent")],
    joins=lambda source: source.outerjoin(_parent, col(_parent.id) == col(Place.parent_id)),
    filters={
        "type": is_one_of("type", col(Place.type)),
        "parent": refers_to("parent", col(Place.parent_id), ["place"]),
    },
    item=lambda row, _links: {"type": row.type, "parent": referred(row, "parent")},
)


@router.get("", response_model=PlacePage, responses=EXPORTS)
def list_places(query: Annotated[PlaceQuery, Query()], reader: Read) -> Response:
    """List the places that match."""
    return places.find(reader, query)


@router.get("/{id}", response_model=PlaceDetail)
def get_place(id: Id, reader: Read) -> Response:
    """Get one place, with all the facts about it."""
    return places.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_place_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one place."""
    return places.related(reader, id)
