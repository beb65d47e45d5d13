"""Officials: people with a public post."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from app.domain.vocabulary import AGREEMENT_ROLES, EVENT_ROLES
from app.listing.declaration import EntityListing
from app.listing.filters import equals_text, references
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
from app.params.types import EventRoles, Slugs, Texts
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.refs import Ref
from app.schemas.relations import AgreementLink, EventLink


class OfficialOut(EntityOut):
    """Somebody who holds a public post."""

    id: str = Field(description="The person's id.", examples=["bulat-bakauov"])
    kind: Literal["person"] = Field(description="The kind of record.", examples=["person"])
    name: str = Field(description="The name, in the nominative.", examples=["Булат Бакауов"])
    position: str = Field(description="The post, in a word.", examples=["аким"])
    post: str | None = Field(description="The whole post, as printed.", examples=["аким Павлодара"])
    organization: Ref | None = Field(description="The body in which the post is held.")
    territory: Ref | None = Field(description="The territory whose post it is.")
    events: list[EventLink] = Field(description="Events the person had a part in.")
    agreements: list[AgreementLink] = Field(description="Agreements the person has a part in.")


class OfficialItem(OptionalFacts, OfficialOut):
    """An official, as a list gives it."""


class OfficialDetail(WithFacts, OfficialOut):
    """An official, with all that proves what is said."""


class OfficialPage(Page[OfficialItem]):
    """A page of officials."""


OfficialValue = Literal["organization", "territory", "event", "role", "agreement"]
"""The filters for which a record may lack a value."""


@with_negations
class OfficialQuery(EntityQuery):
    """The parameters of the list of officials."""

    position: Texts = Field(default=[], description="The post, as printed: мэр, аким …")
    organization: Slugs = Field(default=[], description="Id of the body in which the post is held.")
    territory: Slugs = Field(default=[], description="Id of the territory whose post it is.")
    event: Slugs = Field(default=[], description="Id of an event the person had a part in.")
    role: EventRoles = Field(default=[], description="Role in an event; with `event`, in that one.")
    agreement: Slugs = Field(default=[], description="Id of an agreement the person has a part in.")
    has: list[OfficialValue] = HAS
    lacks: list[OfficialValue] = LACKS
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


officials = EntityListing(
    kind="person",
    path="/v1/officials",
    table=Person,
    model=OfficialItem,
    base_conditions=[col(Person.is_official).is_(True)],
    sorts={"position": col(Person.position_key)},
    filters={
        "position": equals_text(
            "position", col(Person.position_key), printed=col(Person.position), required=True
        ),
        "organization": references("organization", col(Person.organization_id), ["organization"]),
        "territory": references("territory", col(Person.territory_id), ["place"]),
    },
    related=[
        related_to("event", col(Person.id), RelatedFacts("object", EVENT_ROLES, ["event"], "role")),
        related_to(
            "agreement", col(Person.id), RelatedFacts("object", AGREEMENT_ROLES, ["agreement"])
        ),
    ],
)
