"""Agreements, signed or ready to be signed."""

from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import col

from app.domain.vocabulary import ACTORS, AgreementStatus, AgreementType
from app.listing.declaration import EntityListing
from app.listing.filters import is_one_of, references
from app.listing.related_filters import RelatedFacts, has_fact_value, related_to
from app.models import Agreement
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
from app.params.types import MAX_VALUES, AnySlugs, Slugs, Texts
from app.schemas.pages import EntityOut, OptionalFacts, Page, WithFacts
from app.schemas.refs import Ref
from app.schemas.relations import Party


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
    goods: list[str] = Field(description="The goods it is about.", examples=[["продукты питания"]])
    producers: list[Ref] = Field(
        description="Who makes these goods; not thereby bound by the agreement."
    )
    destinations: list[Ref] = Field(description="Where the goods are to go.")
    occasion: Ref | None = Field(description="The event it came out of.")
    signed_on: str | None = Field(
        description="The day it was signed, in EDTF; null where the documents don't say.",
        examples=[None],
    )
    signed_in: Ref | None = Field(
        description="Where it was signed; null where the documents don't say."
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


class AgreementItem(OptionalFacts, AgreementOut):
    """An agreement, as a list gives it."""


class AgreementDetail(WithFacts, AgreementOut):
    """An agreement, with all that proves what is said of it."""


class AgreementPage(Page[AgreementItem]):
    """A page of agreements."""


AgreementValue = Literal[
    "type", "status", "party", "signatory", "sphere", "occasion", "signed_in", "attributed_to"
]
"""The filters for which a record may lack a value."""


@with_negations
class AgreementQuery(EntityQuery):
    """The parameters of the list of agreements."""

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
    occasion: Slugs = Field(default=[], description="Id of the event it came out of.")
    signed_in: Slugs = Field(default=[], description="Id of the place where it was signed.")
    attributed_to: Slugs = Field(default=[], description="Id of the person who says so.")
    has: list[AgreementValue] = HAS
    lacks: list[AgreementValue] = LACKS
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(AgreementItem)] = FIELDS
    facet: list[AgreementValue] = FACETS


agreements = EntityListing(
    kind="agreement",
    path="/v1/agreements",
    table=Agreement,
    model=AgreementItem,
    filters={
        "type": is_one_of("type", col(Agreement.type)),
        "status": is_one_of("status", col(Agreement.status)),
        "sphere": has_fact_value("sphere", col(Agreement.id), "sphere"),
        "occasion": references("occasion", col(Agreement.occasion_id), ["event"]),
        "signed_in": references("signed_in", col(Agreement.signed_in_id), ["place"]),
        "attributed_to": references("attributed_to", col(Agreement.attributed_to_id), ["person"]),
    },
    related=[
        related_to("party", col(Agreement.id), RelatedFacts("subject", ["party"], ACTORS)),
        related_to(
            "signatory", col(Agreement.id), RelatedFacts("subject", ["signatory"], ["person"])
        ),
    ],
)
