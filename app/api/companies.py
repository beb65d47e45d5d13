"""The endpoints of companies."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.companies import CompanyDetail, CompanyPage, CompanyQuery, companies
from app.schemas.neighbours import Related

router = Router("/v1/companies", tag="companies")


@router.get("", response_model=CompanyPage, responses=EXPORT_RESPONSES)
def list_companies(query: Annotated[CompanyQuery, Query()], context: ContextDep) -> Response:
    """List the companies that match."""
    return respond(companies, context, query)


@router.get("/{id}", response_model=CompanyDetail)
def get_company(id: Id, context: ContextDep) -> Response:
    """Get one company, with all the facts about it."""
    return respond_detail(companies, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_company_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one company."""
    return respond_related(companies, context, id, query)
