"""The endpoints of documents."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import PlainTextResponse
from pydantic_core import from_json
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.domain.ids import entity_id
from app.exceptions import record_not_found
from app.formats.responses import EXPORT_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, find_record
from app.models import Document
from app.resources.documents import DocumentOut, DocumentPage, DocumentQuery, documents
from app.schemas.facts import MAX_OFFSET
from app.schemas.refs import page_path

router = Router("/v1/documents", tag="documents")

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
    context.set_links(page_path(f"{documents.path}/{id}"))
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
