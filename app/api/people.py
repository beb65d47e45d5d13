"""People: everyone whom the documents name, officials included."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from sqlmodel import col

from app.filters import EventRoles, Slugs, equals, tied
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
from app.models import Person
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.related import Related
from app.routing import Route
from app.vocabulary import AGREEMENT_ROLES, EVENT_ROLES

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=Route)


class PersonOut(EntityOut):
    """Somebody named."""

    id: str = Field(description="The person's id.", examples=["mikhail-frumgarts"])
    kind: Literal["person"] = Field(description="The kind of record.", examples=["person"])
    name: str = Field(description="The name, in the nominative.", examples=["Михаил Фрумгарц"])
    also_known_as: list[str] = Field(
        description="Other forms in which the documents print the name.",
        examples=[["Михаилом ФРУМГАРЦЕМ"]],
    )
    official: bool = Field(
        description="Whether the person holds a public post: then `/v1/officials` has more.",
        examples=[False],
    )
    position: str | None = Field(description="The post, as printed.", examples=[None])
    events: list[EventLink] = Field(description="Events the person had a part in.")
    agreements: list[AgreementLink] = Field(description="Agreements the person has a part in.")


class PersonItem(MaybeFacts, PersonOut):
    """A person, as a list gives it."""


class PersonDetail(WithFacts, PersonOut):
    """A person, with all that proves what is said."""


class PersonPage(Page[PersonItem]):
    """A page of people."""


class PersonQuery(EntityQuery):
    """What one may ask of the list of people."""

    official: bool | SkipJsonSchema[None] = Field(
        default=None, description="Only those who hold a public post, or only the others."
    )
    event: Slugs = Field(default=[], description="Id of an event the person had a part in.")
    role: EventRoles = Field(default=[], description="Role in an event; with `event`, in that one.")
    agreement: Slugs = Field(default=[], description="Id of an agreement the person has a part in.")
    sort: Literal["name", "text_order", "position"] = Field(
        default="name", description=ORDER_BY + " People without a post come first."
    )
    fields: Annotated[list[str], FieldsOf(PersonItem)] = FIELDS
    facet: list[Literal["official", "event", "role", "agreement"]] = FACETS


people = EntityListing(
    "person",
    "/v1/people",
    Person,
    PersonItem,
    columns=[col(Person.is_official), col(Person.position)],
    roles=[*EVENT_ROLES, *AGREEMENT_ROLES],
    sorts={"position": col(Person.position_key)},
    filters={"official": equals("official", col(Person.is_official))},
    through=[
        tied("event", col(Person.id), "object", EVENT_ROLES, ["event"], role="role"),
        tied("agreement", col(Person.id), "object", AGREEMENT_ROLES, ["agreement"]),
    ],
    item=lambda row, links: {
        "official": row.is_official,
        "position": row.position,
        "events": links.roles("event", EVENT_ROLES),
        "agreements": links.roles("agreement", AGREEMENT_ROLES),
    },
)


@router.get("", response_model=PersonPage, responses=EXPORTS)
def list_people(query: Annotated[PersonQuery, Query()], reader: Read) -> Response:
    """List the people that match."""
    return people.find(reader, query)


@router.get("/{id}", response_model=PersonDetail)
def get_person(id: Id, reader: Read) -> Response:
    """Get one person, with all the facts about him or her."""
    return people.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_person_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one person."""
    return people.related(reader, id)
