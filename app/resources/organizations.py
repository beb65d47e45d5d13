"""Organizations: public bodies, museums, schools, delegations."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from app.domain.vocabulary import EVENT_ROLES, OrganizationType
from app.listing.declaration import EntityListing
from app.listing.filters import is_one_of, references
from app.listing.related_filters import RelatedFacts, related_to
from app.models import Organization
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
from app.params.types import MAX_VALUES, EventRoles, Slugs
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.refs import Ref
from app.schemas.relations import EventLink


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
    type: OrganizationType | None = Field(description="What it is.", examples=["department"])
    parent: Ref | None = Field(description="The organization it is part of.")
    place: Ref | None = Field(description="Where it is.")
    origin: Ref | None = Field(description="Where it comes from, as a delegation does.")
    leader: Ref | None = Field(description="Who leads it.")
    opened: str | None = Field(
        description="When it was opened, in EDTF (ISO 8601-2).", examples=["2013"]
    )
    patrons: list[str] = Field(
        description="Under whose patronage it was opened.", examples=[["президент республики"]]
    )
    specializations: list[str] = Field(
        description="What it specializes in.", examples=[["химико-биологическое направление"]]
    )
    holdings: list[str] = Field(
        description="What it keeps.", examples=[["фотографии Омска второй половины ХХ века"]]
    )
    events: list[EventLink] = Field(description="Events it had a part in.")


class OrganizationItem(OptionalFacts, OrganizationOut):
    """An organization, as a list gives it."""


class OrganizationDetail(WithFacts, OrganizationOut):
    """An organization, with all that proves what is said of it."""


class OrganizationPage(Page[OrganizationItem]):
    """A page of organizations."""


OrganizationValue = Literal["type", "parent", "place", "origin", "leader", "event", "role"]
"""The filters for which a record may lack a value."""


@with_negations
class OrganizationQuery(EntityQuery):
    """The parameters of the list of organizations."""

    type: list[OrganizationType] = Field(
        default=[], max_length=MAX_VALUES, description="What it is."
    )
    parent: Slugs = Field(default=[], description="Id of the organization it is part of.")
    place: Slugs = Field(default=[], description="Id of the place where it is.")
    origin: Slugs = Field(default=[], description="Id of the place it comes from.")
    leader: Slugs = Field(default=[], description="Id of the person who leads it.")
    event: Slugs = Field(default=[], description="Id of an event it had a part in.")
    role: EventRoles = Field(default=[], description="Role in an event; with `event`, in that one.")
    has: list[OrganizationValue] = HAS
    lacks: list[OrganizationValue] = LACKS
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(OrganizationItem)] = FIELDS
    facet: list[OrganizationValue] = FACETS


organizations = EntityListing(
    kind="organization",
    path="/v1/organizations",
    table=Organization,
    model=OrganizationItem,
    filters={
        "type": is_one_of("type", col(Organization.type)),
        "parent": references("parent", col(Organization.parent_id), ["organization"]),
        "place": references("place", col(Organization.place_id), ["place"]),
        "origin": references("origin", col(Organization.origin_id), ["place"]),
        "leader": references("leader", col(Organization.leader_id), ["person"]),
    },
    related=[
        related_to(
            "event", col(Organization.id), RelatedFacts("object", EVENT_ROLES, ["event"], "role")
        )
    ],
)
