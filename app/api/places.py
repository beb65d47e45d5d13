"""The endpoints of places."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.places import PlaceDetail, PlacePage, PlaceQuery, places
from app.schemas.neighbours import Related

router = Router("/v1/places", tag="places")


@router.get("", response_model=PlacePage, responses=EXPORT_RESPONSES)
def list_places(query: Annotated[PlaceQuery, Query()], context: ContextDep) -> Response:
    """List the places that match."""
    return respond(places, context, query)


@router.get("/{id}", response_model=PlaceDetail)
def get_place(id: Id, context: ContextDep) -> Response:
    """Get one place, with all the facts about it."""
    return respond_detail(places, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_place_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one place."""
    return respond_related(places, context, id, query)
