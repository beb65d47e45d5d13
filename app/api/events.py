"""The endpoints of events."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.events import EventDetail, EventPage, EventQuery, events
from app.schemas.neighbours import Related

router = Router("/v1/events", tag="events")


@router.get("", response_model=EventPage, responses=EXPORT_RESPONSES)
def list_events(query: Annotated[EventQuery, Query()], context: ContextDep) -> Response:
    """List the events that match."""
    return respond(events, context, query)


@router.get("/{id}", response_model=EventDetail)
def get_event(id: Id, context: ContextDep) -> Response:
    """Get one event, with all the facts about it."""
    return respond_detail(events, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_event_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one event."""
    return respond_related(events, context, id, query)
