"""People: every person named in the documents, officials included."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from sqlmodel import col

from app.domain.vocabulary import AGREEMENT_ROLES, EVENT_ROLES
from app.listing.declaration import EntityListing
from app.listing.filters import is_true
from app.listing.related_filters import RelatedFacts, related_to
from app.models import Person
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
from app.params.types import EventRoles, Slugs
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.relations import AgreementLink, EventLink


class PersonOut(EntityOut):
    """Somebody named."""

    id: str = Field(description="The person's id.", examples=["mikhail-frumgarts"])
    kind: Literal["person"] = Field(description="The kind of record.", examples=["person"])
    name: str = Field(description="The name, in the nominative.", examples=["Михаил Фрумгарц"])
    official: bool = Field(
        description="Whether the person holds a public post: then `/v1/officials` has more.",
        examples=[False],
    )
    position: str | None = Field(description="The public post, in a word.", examples=[None])
    post: str | None = Field(description="The whole post, as printed.", examples=[None])
    events: list[EventLink] = Field(description="Events the person had a part in.")
    agreements: list[AgreementLink] = Field(description="Agreements the person has a part in.")


class PersonItem(OptionalFacts, PersonOut):
    """A person, as a list gives it."""


class PersonDetail(WithFacts, PersonOut):
    """A person, with all that proves what is said."""


class PersonPage(Page[PersonItem]):
    """A page of people."""


PersonValue = Literal["event", "role", "agreement"]
"""The filters for which a record may lack a value."""


@with_negations
class PersonQuery(EntityQuery):
    """The parameters of the list of people."""

    official: bool | SkipJsonSchema[None] = Field(
        default=None, description="Only those who hold a public post, or only the others."
    )
    event: Slugs = Field(default=[], description="Id of an event the person had a part in.")
    role: EventRoles = Field(default=[], description="Role in an event; with `event`, in that one.")
    agreement: Slugs = Field(default=[], description="Id of an agreement the person has a part in.")
    has: list[PersonValue] = HAS
    lacks: list[PersonValue] = LACKS
    sort: Literal["name", "text_order", "position"] = Field(
        default="name", description=ORDER_BY + " People without a post come first."
    )
    fields: Annotated[list[str], FieldsOf(PersonItem)] = FIELDS
    facet: list[Literal["official", "event", "role", "agreement"]] = FACETS


people = EntityListing(
    kind="person",
    path="/v1/people",
    table=Person,
    model=PersonItem,
    sorts={"position": col(Person.position_key)},
    filters={"official": is_true("official", col(Person.is_official))},
    related=[
        related_to("event", col(Person.id), RelatedFacts("object", EVENT_ROLES, ["event"], "role")),
        related_to(
            "agreement", col(Person.id), RelatedFacts("object", AGREEMENT_ROLES, ["agreement"])
        ),
    ],
)
