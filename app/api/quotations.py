"""The endpoints of quotations."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.quotations import QuotationDetail, QuotationPage, QuotationQuery, quotations
from app.schemas.neighbours import Related

router = Router("/v1/quotations", tag="quotations")


@router.get("", response_model=QuotationPage, responses=EXPORT_RESPONSES)
def list_quotations(query: Annotated[QuotationQuery, Query()], context: ContextDep) -> Response:
    """List the quotations that match."""
    return respond(quotations, context, query)


@router.get("/{id}", response_model=QuotationDetail)
def get_quotation(id: Id, context: ContextDep) -> Response:
    """Get one quotation, with all the facts about it."""
    return respond_detail(quotations, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_quotation_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one quotation."""
    return respond_related(quotations, context, id, query)
