"""Places: countries, regions, cities, and venues of events."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from app.domain.vocabulary import PlaceType
from app.listing.declaration import EntityListing
from app.listing.filters import is_one_of, references
from app.models import Place
from app.params.queries import (
    FACETS,
    FIELDS,
    HAS,
    LACKS,
    ORDER_BY,
    EntityQuery,
    FieldsOf,
    with_negations,
)
from app.params.types import MAX_VALUES, Slugs
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.refs import Ref


class PlaceOut(EntityOut):
    """A country, region, city or venue."""

    id: str = Field(description="The place's id.", examples=["pavlodar"])
    kind: Literal["place"] = Field(description="The kind of record.", examples=["place"])
    name: str = Field(description="Its name, in the nominative.", examples=["Павлодар"])
    type: PlaceType | None = Field(description="What it is.", examples=["city"])
    parent: Ref | None = Field(description="The larger place it lies in.")


class PlaceItem(OptionalFacts, PlaceOut):
    """A place, as a list gives it."""


class PlaceDetail(WithFacts, PlaceOut):
    """A place, with all that proves what is said of it."""


class PlacePage(Page[PlaceItem]):
    """A page of places."""


PlaceValue = Literal["type", "parent"]
"""The filters for which a record may lack a value."""


@with_negations
class PlaceQuery(EntityQuery):
    """The parameters of the list of places."""

    type: list[PlaceType] = Field(default=[], max_length=MAX_VALUES, description="What it is.")
    parent: Slugs = Field(default=[], description="Id of the larger place it lies in.")
    has: list[PlaceValue] = HAS
    lacks: list[PlaceValue] = LACKS
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(PlaceItem)] = FIELDS
    facet: list[PlaceValue] = FACETS


places = EntityListing(
    kind="place",
    path="/v1/places",
    table=Place,
    model=PlaceItem,
    filters={
        "type": is_one_of("type", col(Place.type)),
        "parent": references("parent", col(Place.parent_id), ["place"]),
    },
)
