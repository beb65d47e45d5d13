"""Companies: the enterprises that the documents name."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import EventRoles, Slugs, Texts, has_value, reads_as, refers_to, tied
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
from app.models import Company, Entity
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.references import Ref, reference_columns, referred
from app.related import Related
from app.routing import Route
from app.vocabulary import AGREEMENT_ROLES, EVENT_ROLES

router = APIRouter(prefix="/v1/companies", tags=["companies"], route_class=Route)


class CompanyOut(EntityOut):
    """An enterprise."""

    legal_form: str | None = Field(description="Its legal form, as printed.", examples=["ЗАО"])
    city: Ref | None = Field(description="The city it belongs to.")
    brands: list[str] = Field(description="Trade marks it uses.", examples=[["Доброешка"]])
    products: list[str] = Field(description="What it makes.", examples=[["продукты питания"]])
    events: list[EventLink] = Field(description="Events it had a part in.")
    agreements: list[AgreementLink] = Field(description="Agreements it has a part in.")


class CompanyItem(MaybeFacts, CompanyOut):
    """An enterprise, as a list gives it."""


class CompanyDetail(WithFacts, CompanyOut):
    """An enterprise, with all that proves what is said of it."""


class CompanyPage(Page[CompanyItem]):
    """A page of companies."""


class CompanyQuery(EntityQuery):
    """What one may ask of the list of companies."""

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
    sort: Literal["name", "text_order", "legal_form"] = Field(
        default="name",
        description=ORDER_BY + " Companies without a legal form come first.",
    )
    fields: Annotated[list[str], FieldsOf(CompanyItem)] = FIELDS
    facet: list[
        Literal[
            "city",
            "legal_form",
            "brand",
            "product",
            "event",
            "role",
            "agreement",
        ]
    ] = FACETS


_city = aliased(Entity)

companies = EntityListing(
    "company",
    "/v1/companies",
    Company,
    CompanyItem,
    columns=[col(Company.legal_form), *reference_columns(_city, "city")],
    joins=lambda source: source.outerjoin(_city, col(_city.id) == col(Company.city_id)),
    values=["brand", "product"],
    roles=[*EVENT_ROLES, *AGREEMENT_ROLES],
    sorts={"legal_form": col(Company.legal_form_key)},
    filters={
        "city": refers_to("city", col(Company.city_id), ["place"]),
        "legal_form": reads_as(
            "legal_form", col(Company.legal_form_key), printed=col(Company.legal_form)
        ),
        "brand": has_value("brand", col(Company.id), "brand"),
        "product": has_value("product", col(Company.id), "product"),
    },
    through=[
        tied("event", col(Company.id), "object", EVENT_ROLES, ["event"], role="role"),
        tied("agreement", col(Company.id), "object", AGREEMENT_ROLES, ["agreement"]),
    ],
    item=lambda row, links: {
        "legal_form": row.legal_form,
        "city": referred(row, "city"),
        "brands": links.values("brand"),
        "products": links.values("product"),
        "events": links.roles("event", EVENT_ROLES),
        "agreements": links.roles("agreement", AGREEMENT_ROLES),
    },
)


@router.get("", response_model=CompanyPage, responses=EXPORTS)
def list_companies(query: Annotated[CompanyQuery, Query()], reader: Read) -> Response:
    """List the companies that match."""
    return companies.find(reader, query)


@router.get("/{id}", response_model=CompanyDetail)
def get_company(id: Id, reader: Read) -> Response:
    """Get one company, with all the facts about it."""
    return companies.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_company_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one company."""
    return companies.related(reader, id)
