"""Quotations, word for word."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from app.domain.vocabulary import SUBJECTS
from app.listing.declaration import EntityListing
from app.listing.filters import references
from app.listing.related_filters import RelatedFacts, related_to
from app.models import Quotation
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
from app.params.types import AnySlugs, Slugs
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.refs import Ref


class QuotationOut(EntityOut):
    """What somebody is quoted as saying."""

    id: str = Field(description="The quotation's id.", examples=["bakauov-o-novom-urovne"])
    kind: Literal["quotation"] = Field(description="The kind of record.", examples=["quotation"])
    name: str = Field(
        description="A few of its own words, to know it by.",
        examples=["Сегодня мы выходим на новый уровень сотрудничества"],
    )
    also_known_as: list[str] = Field(description="Always empty.", examples=[[]])
    printed_as: list[str] = Field(description="Always empty.", examples=[[]])
    speaker: Ref | None = Field(description="Who said it.")
    text: str = Field(
        description="The words, exactly as printed.",
        examples=[
            "За последние несколько лет в Омске и Павлодаре реализуются совместные "
            "образовательные проекты, проекты в сфере физкультуры и спорта, в культуре и "
            "промышленности. Сегодня мы выходим на новый уровень сотрудничества"
        ],
    )


class QuotationItem(OptionalFacts, QuotationOut):
    """A quotation, as a list gives it."""


class QuotationDetail(WithFacts, QuotationOut):
    """A quotation, with all that proves what is said of it."""


class QuotationPage(Page[QuotationItem]):
    """A page of quotations."""


QuotationValue = Literal["speaker", "mention"]
"""The filters for which a record may lack a value."""


@with_negations
class QuotationQuery(EntityQuery):
    """The parameters of the list of quotations."""

    speaker: Slugs = Field(default=[], description="Id of the person who said it.")
    mention: AnySlugs = Field(
        default=[],
        description="Id of a record that it names; `place:omsk` where several kinds share an id.",
    )
    has: list[QuotationValue] = HAS
    lacks: list[QuotationValue] = LACKS
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(QuotationItem)] = FIELDS
    facet: list[QuotationValue] = FACETS


quotations = EntityListing(
    kind="quotation",
    path="/v1/quotations",
    table=Quotation,
    model=QuotationItem,
    filters={"speaker": references("speaker", col(Quotation.speaker_id), ["person"])},
    related=[
        related_to("mention", col(Quotation.id), RelatedFacts("subject", ["mention"], SUBJECTS))
    ],
)
