"""Companies: the enterprises named in the documents."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from app.domain.vocabulary import AGREEMENT_ROLES, EVENT_ROLES
from app.listing.declaration import EntityListing
from app.listing.filters import equals_text, references
from app.listing.related_filters import RelatedFacts, has_fact_value, related_to
from app.models import Company
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


class CompanyOut(EntityOut):
    """An enterprise."""

    legal_form: str | None = Field(description="Its legal form, as printed.", examples=["ЗАО"])
    city: Ref | None = Field(description="The city it belongs to.")
    brands: list[str] = Field(description="Trade marks it uses.", examples=[["Доброешка"]])
    products: list[str] = Field(description="What it makes.", examples=[["продукты питания"]])
    events: list[EventLink] = Field(description="Events it had a part in.")
    agreements: list[AgreementLink] = Field(description="Agreements it has a part in.")


class CompanyItem(OptionalFacts, CompanyOut):
    """An enterprise, as a list gives it."""


class CompanyDetail(WithFacts, CompanyOut):
    """An enterprise, with all that proves what is said of it."""


class CompanyPage(Page[CompanyItem]):
    """A page of companies."""


CompanyValue = Literal["city", "legal_form", "brand", "product", "event", "role", "agreement"]
"""The filters for which a record may lack a value."""


@with_negations
class CompanyQuery(EntityQuery):
    """The parameters of the list of companies."""

    city: Slugs = Field(default=[], description="Id of the city.")
    legal_form: Texts = Field(default=[], description="Legal form, as printed: ООО, ЗАО, НПО …")
    brand: Texts = Field(default=[], description="A trade mark.")
    product: Texts = Field(default=[], description="A product.")
    event: Slugs = Field(default=[], description="Id of an event it had a part in.")
    role: EventRoles = Field(
        default=[],
        description="Role in an event; with `event`, in that one.",
    )
    agreement: Slugs = Field(default=[], description="Id of an agreement it has a part in.")
    has: list[CompanyValue] = HAS
    lacks: list[CompanyValue] = LACKS
    sort: Literal["name", "text_order", "legal_form"] = Field(
        default="name",
        description=ORDER_BY + " Companies without a legal form come first.",
    )
    fields: Annotated[list[str], FieldsOf(CompanyItem)] = FIELDS
    facet: list[CompanyValue] = FACETS


companies = EntityListing(
    kind="company",
    path="/v1/companies",
    table=Company,
    model=CompanyItem,
    sorts={"legal_form": col(Company.legal_form_key)},
    filters={
        "city": references("city", col(Company.city_id), ["place"]),
        "legal_form": equals_text(
            "legal_form", col(Company.legal_form_key), printed=col(Company.legal_form)
        ),
        "brand": has_fact_value("brand", col(Company.id), "brand"),
        "product": has_fact_value("product", col(Company.id), "product"),
    },
    related=[
        related_to(
            "event", col(Company.id), RelatedFacts("object", EVENT_ROLES, ["event"], "role")
        ),
        related_to(
            "agreement", col(Company.id), RelatedFacts("object", AGREEMENT_ROLES, ["agreement"])
        ),
    ],
)
