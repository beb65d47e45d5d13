"""The endpoints of organizations."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.organizations import (
    OrganizationDetail,
    OrganizationPage,
    OrganizationQuery,
    organizations,
)
from app.schemas.neighbours import Related

router = Router("/v1/organizations", tag="organizations")


@router.get("", response_model=OrganizationPage, responses=EXPORT_RESPONSES)
def list_organizations(
    query: Annotated[OrganizationQuery, Query()], context: ContextDep
) -> Response:
    """List the organizations that match."""
    return respond(organizations, context, query)


@router.get("/{id}", response_model=OrganizationDetail)
def get_organization(id: Id, context: ContextDep) -> Response:
    """Get one organization, with all the facts about it."""
    return respond_detail(organizations, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_organization_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one organization."""
    return respond_related(organizations, context, id, query)
