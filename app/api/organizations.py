"""Organizations: public bodies, museums, schools, delegations."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import MAX_VALUES, EventRoles, Slugs, is_one_of, refers_to, tied
from app.links import EventLink
from app.listing import (
    EXPORTS,
    EntityListing,
    EntityOut,
    Id,
    MaybeFacts,
    Page,
    WithFacts,
)
from app.models import Entity, Organization
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.references import Ref, reference_columns, referred
from app.related import Related
from app.routing import Route
from app.vocabulary import EVENT_ROLES, OrganizationType

router = APIRouter(prefix="/v1/organizations", tags=["organizations"], route_class=Route)


class OrganizationOut(EntityOut):
    """A body that is not an enterprise."""

    id: str = Field(
        description="The organization's id.",
        examples=["departament-gorodskoy-ekonomicheskoy-politiki"],
    )
    kind: Literal["organization"] = Field(
        description="The kind of record.", examples=["organization"]
    )
    name: str = Field(
        description="Its name, in the nominative.",
        examples=["Департамент городской экономической политики"],
    )
    also_known_as: list[str] = Field(
        description="Other forms in which the documents print the name.",
        examples=[["департамента городской экономической политики администрации Омска"]],
    )
    type: OrganizationType | None = Field(description="What it is.", examples=["department"])
    parent: Ref | None = Field(description="The organization it is part of.")
    place: Ref | None = Field(description="Where it is, or where it comes from.")
    events: list[EventLink] = Field(description="Events it had a part in.")


class OrganizationItem(MaybeFacts, OrganizationOut):
    """An organization, as a list gives it."""


class OrganizationDetail(WithFacts, OrganizationOut):
    """An organization, with all that proves what is said of it."""


class OrganizationPage(Page[OrganizationItem]):
    """A page of organizations."""


class OrganizationQuery(EntityQuery):
    """What one may ask of the list of organizations."""

    type: list[OrganizationType] = Field(
        default=[], max_length=MAX_VALUES, description="What it is."
    )
    parent: Slugs = Field(default=[], description="Id of the organization it is part of.")
    place: Slugs = Field(default=[], description="Id of the place where it is.")
    event: Slugs = Field(default=[], description="Id of an event it had a part in.")
    role: EventRoles = Field(default=[], description="Role in an event; with `event`, in that one.")
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(OrganizationItem)] = FIELDS
    facet: list[Literal["type", "parent", "place", "event", "role"]] = FACETS


_parent, _place = aliased(Entity), aliased(Entity)

organizations = EntityListing(
    "organization",
    "/v1/organizations",
    Organization,
    OrganizationItem,
    columns=[
        col(Organization.type),
        *reference_columns(_parent, "parent"),
        *reference_columns(_place, "place"),
    ],
    joins=lambda source: source.outerjoin(
        _parent, col(_parent.id) == col(Organization.parent_id)
    ).outerjoin(_place, col(_place.id) == col(Organization.place_id)),
    roles=EVENT_ROLES,
    filters={
        "type": is_one_of("type", col(Organization.type)),
        "parent": refers_to("parent", col(Organization.parent_id), ["organization"]),
        "place": refers_to("place", col(Organization.place_id), ["place"]),
    },
    through=[tied("event", col(Organization.id), "object", EVENT_ROLES, ["event"], role="role")],
    item=lambda row, links: {
        "type": row.type,
        "parent": referred(row, "parent"),
        "place": referred(row, "place"),
        "events": links.roles("event", EVENT_ROLES),
    },
)


@router.get("", response_model=OrganizationPage, responses=EXPORTS)
def list_organizations(query: Annotated[OrganizationQuery, Query()], reader: Read) -> Response:
    """List the organizations that match."""
    return organizations.find(reader, query)


@router.get("/{id}", response_model=OrganizationDetail)
def get_organization(id: Id, reader: Read) -> Response:
    """Get one organization, with all the facts about it."""
    return organizations.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_organization_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one organization."""
    return organizations.related(reader, id)
