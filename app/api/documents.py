"""Documents: the source texts, byte for byte."""

from typing import Annotated, Literal

from fastapi import Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field, StringConstraints
from pydantic_core import from_json
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.domain.ids import entity_id
from app.exceptions import record_not_found
from app.formats.responses import EXPORT_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.declaration import EntityListing
from app.listing.endpoint import respond
from app.listing.entities import Id, find_record
from app.listing.filters import is_one_of
from app.models import Document
from app.params.queries import FACETS, FIELDS, ORDER_BY, FieldsOf, NamedQuery
from app.params.types import MAX_VALUES
from app.schemas.facts import MAX_OFFSET
from app.schemas.pages import EntityOut, Page, SparseItem

router = Router("/v1/documents", tag="documents")


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
_TEXT = select(col(Document.text), col(Document.language)).where(
    col(Document.id) == bindparam("id")
)


_TEXT_SCHEMA = {"type": "string", "description": "The text.", "maxLength": MAX_OFFSET}


@router.get("", response_model=DocumentPage, responses=EXPORT_RESPONSES)
def list_documents(query: Annotated[DocumentQuery, Query()], context: ContextDep) -> Response:
    """List the documents that match."""
    return respond(documents, context, query)


@router.get("/{id}", response_model=DocumentOut)
def get_document(id: Id, context: ContextDep) -> Response:
    """Get what is known of one document."""
    with context.read() as connection:
        row = find_record(connection, documents, id)
    context.headers["Content-Language"] = from_json(row.text)["language"]
    return context.raw(row.text.encode())


@router.get(
    "/{id}/text",
    response_class=PlainTextResponse,
    responses={
        200: {
            "description": "The text, byte for byte; evidence offsets count its code points.",
            "content": {"text/plain": {"schema": _TEXT_SCHEMA}},
        },
    },
)
def get_document_text(id: Id, context: ContextDep) -> Response:
    """Get the text of one document, byte for byte."""
    with context.read() as connection:
        row = connection.execute(_TEXT, {"id": entity_id("document", id)}).one_or_none()
    if row is None:
        raise record_not_found(id, documents.path)
    context.headers["Content-Language"] = row.language
    return PlainTextResponse(row.text, headers=dict(context.headers))
