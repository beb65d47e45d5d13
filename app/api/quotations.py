"""Quotations: what was said, word for word."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import AnySlugs, Slugs, refers_to, tied
from app.listing import (
    EXPORTS,
    EntityListing,
    EntityOut,
    Id,
    MaybeFacts,
    Page,
    WithFacts,
)
from app.models import Entity, Quotation
from app.queries import FACETS, FIELDS, ORDER_BY, EntityQuery, FieldsOf
from app.reader import Read
from app.references import Ref, reference_columns, referred
from app.related import Related
from app.routing import Route
from app.vocabulary import SUBJECTS

router = APIRouter(prefix="/v1/quotations", tags=["quotations"], route_class=Route)


class QuotationOut(EntityOut):
    """What somebody is quoted as saying."""

    id: str = Field(description="The quotation's id.", examples=["bakauov-o-novom-urovne"])
    kind: Literal["quotation"] = Field(description="The kind of record.", examples=["quotation"])
    name: str = Field(
        description="A few of its own words, to know it by.",
        examples=["Сегодня мы выходим на новый уровень сотрудничества"],
    )
    also_known_as: list[str] = Field(description="Always empty.", examples=[[]])
    speaker: Ref | None = Field(description="Who said it.")
    text: str = Field(
        description="The words, exactly as printed.",
        examples=[
            "За последние несколько лет в Омске и Павлодаре реализуются совместные "
            "образовательные проекты, проекты в сфере физкультуры и спорта, в культуре и "
            "промышленности. Сегодня мы выходим на новый уровень сотрудничества"
        ],
    )


class QuotationItem(MaybeFacts, QuotationOut):
    """A quotation, as a list gives it."""


class QuotationDetail(WithFacts, QuotationOut):
    """A quotation, with all that proves what is said of it."""


class QuotationPage(Page[QuotationItem]):
    """A page of quotations."""


class QuotationQuery(EntityQuery):
    """What one may ask of the list of quotations."""

    speaker: Slugs = Field(default=[], description="Id of the person who said it.")
    mention: AnySlugs = Field(
        default=[],
        description="Id of a record that it names; `place:omsk` where several kinds share an id.",
    )
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(QuotationItem)] = FIELDS
    facet: list[Literal["speaker", "mention"]] = FACETS


_speaker = aliased(Entity)

quotations = EntityListing(
    "quotation",
    "/v1/quotations",
    Quotation,
    QuotationItem,
    columns=[col(Quotation.text), *reference_columns(_speaker, "speaker")],
    joins=lambda source: source.outerjoin(_speaker, col(_speaker.id) == col(Quotation.speaker_id)),
    filters={"speaker": refers_to("speaker", col(Quotation.speaker_id), ["person"])},
    through=[tied("mention", col(Quotation.id), "subject", ["mention"], SUBJECTS)],
    item=lambda row, _links: {"speaker": referred(row, "speaker"), "text": row.text},
)


@router.get("", response_model=QuotationPage, responses=EXPORTS)
def list_quotations(query: Annotated[QuotationQuery, Query()], reader: Read) -> Response:
    """List the quotations that match."""
    return quotations.find(reader, query)


@router.get("/{id}", response_model=QuotationDetail)
def get_quotation(id: Id, reader: Read) -> Response:
    """Get one quotation, with all the facts about it."""
    return quotations.get(reader, id)


@router.get("/{id}/related", response_model=Related)
def get_quotation_related(id: Id, reader: Read) -> Response:
    """Get what is one fact away from one quotation."""
    return quotations.related(reader, id)
