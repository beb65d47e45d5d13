"""Agreements: what was signed, and what is only ready to be signed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import MAX_VALUES, AnySlugs, Slugs, Texts, has_value, is_one_of, refers_to, tied
from app.links import Party
from app.listing import (
    EXPORTS,
    EntityListing,
    EntityOut,
    Id,
    MaybeFacts,
    Page,
    WithFacts,
)
from app.models import Agreement, Entity
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.references import Ref, reference_columns, referred
from app.related import Related
from app.routing import Route
from app.vocabulary import ACTORS, AgreementStatus, AgreementType

router = APIRouter(prefix="/v1/agreements", tags=["agreements"], route_class=Route)


class AgreementOut(EntityOut):
    """An agreement."""

    id: str = Field(
        description="The agreement's id.", examples=["ustanovlenie-pobratimskikh-svyazey"]
    )
    kind: Literal["agreement"] = Field(description="The kind of record.", examples=["agreement"])
    name: str = Field(
        description="Its name, in the nominative.",
        examples=["Соглашение об установлении побратимских связей между городами"],
    )
    also_known_as: list[str] = Field(
        description="Other forms in which the documents print the name.", examples=[[]]
    )
    type: AgreementType | None = Field(
        description=(
            "`sister_city`: ties between cities; `intent`: an agreement of intent; "
            "`protocol_of_intent`: a protocol of intent."
        ),
        examples=["sister_city"],
    )
    status: AgreementStatus | None = Field(
        description="How far it has come; ready to sign is not signed.", examples=["signed"]
    )
    subject: str | None = Field(
        description="What it is about, in the document's words.",
        examples=["установление побратимских связей между городами"],
    )
    spheres: list[str] = Field(
        description="The spheres it covers.",
        examples=[["экономика", "культура", "наука", "спорт"]],
    )
    parties: list[Party] = Field(
        description="Who is bound by it; empty where the document doesn't say."
    )
    signatories: list[Ref] = Field(
        description="Who signed it; empty where the document doesn't say."
    )
    attributed_to: Ref | None = Field(
        description="Who says so, where it is a speaker's claim and not the document's own."
    )


class AgreementItem(MaybeFacts, AgreementOut):
    """An agreement, as a list gives it."""


class AgreementDetail(WithFacts, AgreementOut):
    """An agreement, with all that proves what is said of it."""


class AgreementPage(Page[AgreementItem]):
    """A page of agreements."""


class AgreementQuery(EntityQuery):
    """What one may ask of the list of agreements."""

    type: list[AgreementType] = Field(
        default=[], max_length=MAX_VALUES, description="What sort of agreement."
    )
    status: list[AgreementStatus] = Field(
        default=[], max_length=MAX_VALUES, description="How far it has come."
    )
    party: AnySlugs = Field(
        default=[],
        description="Id of a party; `place:omsk` where several kinds share an id.",
    )
    signatory: Slugs = Field(default=[], description="Id of a person who signed.")
    sphere: Texts = Field(default=[], description="A sphere: экономика, культура …")
    attributed_to: Slugs = Field(default=[], description="Id of the person who says so.")
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(AgreementItem)] = FIELDS
    facet: list[Literal["type", "status", "party", "signatory", "sphere", "attributed_to"]] = FACETS


_speaker = aliased(Entity)

agreements = EntityListing(
    "agreement",
    "/v1/agreements",
    Agreement,
    AgreementItem,
    columns=[
        col(Agreement.type),
        col(Agreement.status),
        col(Agreement.subject),
        *reference_columns(_speaker, "speaker"),
    ],
    joins=lambda source: source.outerjoin(
        _speaker, col(_speaker.id) == col(Agreement.attributed_to_id)
    ),
    values=["sphere", "party", "signatory"],
    filters={
        "type": is_one_of("type", col(Agreement.type)),
        "status": is_one_of("status", col(Agreement.status)),
        "sphere": has_value("sphere", col(Agreement.id), "sphere"),
        "attributed_to": refers_to("attributed_to", col(Agreement.attributed_to_id), ["person"]),
    },
    through=[
        tied("party", col(Agreement.id), "subject", ["party"], ACTORS),
        tied("signatory", col(Agreement.id), "subject", ["signatory"], ["person"]),
    ],
    item=lambda row, links: {
        "type": row.type,
        "status": row.status,
        "subject": row.subject,
        "spheres": links.values("sphere"),
        "parties": links.parties("party"),
        "signatories": links.others("signatory"),
        "attributed_to": referred(row, "speaker"),
    },
)


@router.get("", response_model=AgreementPage, responses=EXPORTS)
def list_agreements(query: Annotated[AgreementQuery, Query()], reader: Read) -> Response:
    """List the agreements that match."""
    return agreements.find(reader, query)


@router.get("/{id}", response_model=AgreementDetail)
def get_agreement(id: Id, reader: Read) -> Response:
    """Get one agreement, with all the facts about it."""
    return agreements.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_agreement_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one agreement."""
    return agreements.related(reader, id)
