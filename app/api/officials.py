"""The endpoints of officials."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.officials import OfficialDetail, OfficialPage, OfficialQuery, officials
from app.schemas.neighbours import Related

router = Router("/v1/officials", tag="officials")


@router.get("", response_model=OfficialPage, responses=EXPORT_RESPONSES)
def list_officials(query: Annotated[OfficialQuery, Query()], context: ContextDep) -> Response:
    """List the officials that match."""
    return respond(officials, context, query)


@router.get("/{id}", response_model=OfficialDetail)
def get_official(id: Id, context: ContextDep) -> Response:
    """Get one official, with all the facts about the person."""
    return respond_detail(officials, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_official_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one official."""
    return respond_related(officials, context, id, query)
