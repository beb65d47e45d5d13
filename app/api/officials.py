"""Officials: the people who hold a public post."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import EventRoles, Slugs, Texts, reads_as, refers_to, tied
from app.links import AgreementLink, EventLink
from app.listing import (
    EXPORTS,
    EntityListing,
    EntityOut,
    Id,
    MaybeFacts,
    Page,
    WithFacts,
)
from app.models import Entity, Person
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.references import Ref, reference_columns, referred
from app.related import Related
from app.routing import Route
from app.vocabulary import AGREEMENT_ROLES, EVENT_ROLES

router = APIRouter(prefix="/v1/officials", tags=["officials"], route_class=Route)


class OfficialOut(EntityOut):
    """Somebody who holds a public post."""

    id: str = Field(description="The person's id.", examples=["bulat-bakauov"])
    kind: Literal["person"] = Field(description="The kind of record.", examples=["person"])
    name: str = Field(description="The name, in the nominative.", examples=["Булат Бакауов"])
    also_known_as: list[str] = Field(
        description="Other forms in which the documents print the name.",
        examples=[["Булат БАКАУОВ", "Булата БАКАУОВА"]],
    )
    position: str = Field(description="The post, as printed.", examples=["аким"])
    organization: Ref | None = Field(description="The body in which the post is held.")
    territory: Ref | None = Field(description="The territory whose post it is.")
    events: list[EventLink] = Field(description="Events the person had a part in.")
    agreements: list[AgreementLink] = Field(description="Agreements the person has a part in.")


class OfficialItem(MaybeFacts, OfficialOut):
    """An official, as a list gives it."""


class OfficialDetail(WithFacts, OfficialOut):
    """An official, with all that proves what is said."""


class OfficialPage(Page[OfficialItem]):
    """A page of officials."""


class OfficialQuery(EntityQuery):
    """What one may ask of the list of officials."""

    position: Texts = Field(default=[], description="The post, as printed: мэр, аким …")
    organization: Slugs = Field(default=[], description="Id of the body in which the post is held.")
    territory: Slugs = Field(default=[], description="Id of the territory whose post it is.")
    event: Slugs = Field(default=[], description="Id of an event the person had a part in.")
    role: EventRoles = Field(default=[], description="Role in an event; with `event`, in that one.")
    agreement: Slugs = Field(default=[], description="Id of an agreement the person has a part in.")
    sort: Literal["name", "text_order", "position"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(OfficialItem)] = FIELDS
    facet: list[
        Literal[
            "position",
            "organization",
            "territory",
            "event",
            "role",
            "agreement",
        ]
    ] = FACETS


_organization, _territory = aliased(Entity), aliased(Entity)

officials = EntityListing(
    "person",
    "/v1/officials",
    Person,
    OfficialItem,
    always=[col(Person.is_official).is_(True)],
    columns=[
        col(Person.position),
        *reference_columns(_organization, "organization"),
        *reference_columns(_territory, "territory"),
    ],
    joins=lambda source: source.outerjoin(
        _organization, col(_organization.id) == col(Person.organization_id)
    ).outerjoin(_territory, col(_territory.id) == col(Person.territory_id)),
    roles=[*EVENT_ROLES, *AGREEMENT_ROLES],
    sorts={"position": col(Person.position_key)},
    filters={
        "position": reads_as("position", col(Person.position_key), printed=col(Person.position)),
        "organization": refers_to("organization", col(Person.organization_id), ["organization"]),
        "territory": refers_to("territory", col(Person.territory_id), ["place"]),
    },
    through=[
        tied("event", col(Person.id), "object", EVENT_ROLES, ["event"], role="role"),
        tied("agreement", col(Person.id), "object", AGREEMENT_ROLES, ["agreement"]),
    ],
    item=lambda row, links: {
        "position": row.position,
        "organization": referred(row, "organization"),
        "territory": referred(row, "territory"),
        "events": links.roles("event", EVENT_ROLES),
        "agreements": links.roles("agreement", AGREEMENT_ROLES),
    },
)


@router.get("", response_model=OfficialPage, responses=EXPORTS)
def list_officials(query: Annotated[OfficialQuery, Query()], reader: Read) -> Response:
    """List the officials that match."""
    return officials.find(reader, query)


@router.get("/{id}", response_model=OfficialDetail)
def get_official(id: Id, reader: Read) -> Response:
    """Get one official, with all the facts about the person."""
    return officials.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_official_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one official."""
    return officials.related(reader, id)
