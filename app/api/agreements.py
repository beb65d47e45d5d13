"""The endpoints of agreements."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.agreements import AgreementDetail, AgreementPage, AgreementQuery, agreements
from app.schemas.neighbours import Related

router = Router("/v1/agreements", tag="agreements")


@router.get("", response_model=AgreementPage, responses=EXPORT_RESPONSES)
def list_agreements(query: Annotated[AgreementQuery, Query()], context: ContextDep) -> Response:
    """List the agreements that match."""
    return respond(agreements, context, query)


@router.get("/{id}", response_model=AgreementDetail)
def get_agreement(id: Id, context: ContextDep) -> Response:
    """Get one agreement, with all the facts about it."""
    return respond_detail(agreements, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_agreement_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one agreement."""
    return respond_related(agreements, context, id, query)
