"""Documents: the source texts, byte for byte."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlmodel import col

from app.listing.declaration import EntityListing
from app.listing.filters import is_one_of
from app.models import Document
from app.params.queries import FACETS, FIELDS, ORDER_BY, FieldsOf, NamedQuery, with_negations
from app.params.types import MAX_VALUES
from app.schemas.facts import MAX_OFFSET
from app.schemas.pages import EntityOut, Page, SparseItem

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$", min_length=2, max_length=3)]


class DocumentOut(EntityOut):
    """A source text."""

    id: str = Field(description="The document's id.", examples=["omsk-days-pavlodar"])
    kind: Literal["document"] = Field(description="The kind of record.", examples=["document"])
    name: str = Field(
        description="Its title, as printed.",
        examples=[
            "Торгово-экономическую миссию, прошедшую в рамках Дней города Омска в Павлодаре, "
            "возглавил мэр Омска Вячеслав ДВОРАКОВСКИЙ"
        ],
    )
    also_known_as: list[str] = Field(description="Always empty.", examples=[[]])
    printed_as: list[str] = Field(description="Always empty.", examples=[[]])
    language: str = Field(description="The text's language (BCP 47).", examples=["ru"])
    length: int = Field(
        description="Length in Unicode code points.", examples=[3678], ge=1, le=MAX_OFFSET
    )
    sha256: str = Field(
        description="SHA-256 of the text's bytes, in hexadecimal.",
        examples=["f496f0e30c6d5d0d9411add923628d563dfcd2ffc72eabdfef9ed0523e8457f9"],
    )
    text: str = Field(
        description="Where the text itself is served.",
        examples=["/v1/documents/omsk-days-pavlodar/text"],
    )
    facts: str = Field(
        description="Where the facts that it proves are served.",
        examples=["/v1/facts?document=omsk-days-pavlodar"],
    )


class DocumentItem(SparseItem, DocumentOut):
    """A source text, as a list gives it."""


class DocumentPage(Page[DocumentItem]):
    """A page of documents."""


@with_negations
class DocumentQuery(NamedQuery):
    """The parameters of the list of documents."""

    language: list[Language] = Field(
        default=[], max_length=MAX_VALUES, description="The text's language (BCP 47)."
    )
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(DocumentItem)] = FIELDS
    facet: list[Literal["language"]] = FACETS


documents = EntityListing(
    kind="document",
    path="/v1/documents",
    table=Document,
    model=DocumentItem,
    filters={"language": is_one_of("language", col(Document.language))},
)
