"""Documents: the source texts, byte for byte."""

import hashlib
import json
from operator import itemgetter
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import bindparam, select
from sqlmodel import col

from app.coverage import measure
from app.errors import NotFoundError
from app.facts import MAX_OFFSET, PATH, whole
from app.filters import MAX_VALUES, is_one_of
from app.identity import entity_id
from app.listing import EXPORTS, EntityListing, EntityOut, Id, Page, Trimmed
from app.models import Document, Evidence, Item
from app.prepared import Prepared
from app.queries import FACETS, FIELDS, ORDER_BY, FieldsOf, NamedQuery
from app.reader import Read
from app.references import Json, Ref, href, reference
from app.routing import Route
from app.spans import Span

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=Route)


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$", min_length=2, max_length=3)]


MOST_SHOWN = 100


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


class DocumentItem(Trimmed, DocumentOut):
    """A source text, as a list gives it."""


class DocumentPage(Page[DocumentItem]):
    """A page of documents."""


class DocumentQuery(NamedQuery):
    """What one may ask of the list of documents."""

    language: list[Language] = Field(
        default=[], max_length=MAX_VALUES, description="The text's language (BCP 47)."
    )
    sort: Literal["name", "text_order"] = Field(default="name", description=ORDER_BY)
    fields: Annotated[list[str], FieldsOf(DocumentItem)] = FIELDS
    facet: list[Literal["language"]] = FACETS


documents = EntityListing(
    "document",
    "/v1/documents",
    Document,
    DocumentItem,
    filters={"language": is_one_of("language", col(Document.language))},
    columns=[col(Document.language), col(Document.length), col(Document.sha256)],
    item=lambda row, _links: {
        "language": row.language,
        "length": row.length,
        "sha256": row.sha256,
        "text": f"{href('document', row.slug)}/text",
        "facts": f"/v1/facts?document={row.slug}",
    },
)
_TEXT = select(col(Document.text), col(Document.language)).where(
    col(Document.id) == bindparam("id")
)


_TEXT_SCHEMA = {"type": "string", "description": "The text.", "maxLength": MAX_OFFSET}


class Mismatch(BaseModel):
    """A span that isn't what its evidence says."""

    fact: str = Field(description="Id of the fact that it proves.", examples=["364c46accec99916"])
    start: int = Field(description="Offset of its first character.", examples=[564], ge=0)
    end: int = Field(description="Offset just after its last character.", examples=[576], ge=1)
    exact: str = Field(description="The words that the evidence has.", examples=["ЗАО «Сибирь»"])
    found: str = Field(description="The words that stand there.", examples=["АО «Сибирь»,"])


class Sentence(BaseModel):
    """A sentence of the text."""

    start: int = Field(description="Offset of its first character.", examples=[0], ge=0)
    end: int = Field(description="Offset just after its last character.", examples=[120], ge=1)
    text: str = Field(description="The sentence.", examples=["Это главное"])


class Covered(BaseModel):
    """How much of a text some evidence covers."""

    characters: int = Field(
        description="Length of the text, in code points.", examples=[3678], le=MAX_OFFSET
    )
    covered: int = Field(
        description="How many of them some evidence covers.", examples=[3604], le=MAX_OFFSET
    )
    share: float = Field(description="The covered part, from 0 to 1.", examples=[0.98], ge=0, le=1)
    bare: list[Sentence] = Field(description=f"Sentences without evidence; at most {MOST_SHOWN}.")


class Verification(BaseModel):
    """What a new look at the document and all its evidence finds."""

    document: Ref = Field(description="The document.")
    sha256: str = Field(
        description="SHA-256 of the text's bytes, computed now.",
        examples=["f496f0e30c6d5d0d9411add923628d563dfcd2ffc72eabdfef9ed0523e8457f9"],
    )
    sha256_matches: bool = Field(
        description="Whether it is the one told of the document.", examples=[True]
    )
    facts: int = Field(description="Facts that it proves.", examples=[279], ge=0)
    spans: int = Field(description="Spans of evidence in it.", examples=[342], ge=0)
    failed: int = Field(description="Spans that aren't what they should be.", examples=[0], ge=0)
    failures: list[Mismatch] = Field(description=f"Those spans; at most {MOST_SHOWN}.")
    coverage: Covered = Field(description="How much of the text some evidence covers.")


@router.get("", response_model=DocumentPage, responses=EXPORTS)
def list_documents(query: Annotated[DocumentQuery, Query()], reader: Read) -> Response:
    """List the documents that match."""
    return documents.find(reader, query)


@router.get("/{id}", response_model=DocumentOut)
def get_document(id: Id, reader: Read) -> Response:
    """Get what is known of one document."""
    return documents.get(reader, id, facts=False)


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
def get_document_text(id: Id, reader: Read) -> Response:
    """Get the text of one document, byte for byte."""
    with reader.read() as connection:
        row = connection.execute(_TEXT, {"id": entity_id("document", id)}).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no «{id[:100]}» in /v1/documents.")
    reader.headers["Content-Language"] = row.language
    return PlainTextResponse(row.text, headers=dict(reader.headers))


@router.get("/{id}/verification", response_model=Verification)
def verify_document(id: Id, reader: Read) -> Response:
    """Compare every span of evidence in one document with its text, now."""
    with reader.read() as connection:
        document = documents.row(connection, id)
        text: str = connection.execute(_TEXT, {"id": document.id}).one().text
        facts = whole(connection, _SHOWN.rows(connection, {"id": document.id}))
    spans = [
        (span["start"], span["end"], fact["id"], span)
        for fact in facts
        for span in fact["evidence"]
        if span["document"]["id"] == id
    ]
    spans.sort(key=itemgetter(0, 1, 2))
    failures = [each for each in spans if not _is_there(each[3], text)]
    within = [Span(start, min(end, len(text))) for start, end, *_ in spans if start < len(text)]
    found = measure(text, within)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return reader.answer(
        {
            "document": reference("document", document.slug, document.name),
            "sha256": digest,
            "sha256_matches": digest == json.loads(document.text)["sha256"],
            "facts": len(facts),
            "spans": len(spans),
            "failed": len(failures),
            "failures": [
                {
                    "fact": fact,
                    "start": start,
                    "end": end,
                    "exact": span["exact"],
                    "found": text[start:end],
                }
                for start, end, fact, span in failures[:MOST_SHOWN]
            ],
            "coverage": {
                "characters": found.characters,
                "covered": found.covered,
                "share": found.share,
                "bare": [
                    {"start": span.start, "end": span.end, "text": sentence}
                    for span, sentence in found.bare[:MOST_SHOWN]
                ],
            },
        }
    )


def _is_there(span: Json, text: str) -> bool:
    """Tell whether a span of evidence and what it says of its surroundings stand in the text."""
    before = span["start"] - len(span["prefix"])
    around: str = span["prefix"] + span["exact"] + span["suffix"]
    fits = before >= 0 and span["end"] - span["start"] == len(span["exact"])
    return fits and text[before : before + len(around)] == around


_SHOWN = Prepared(
    select(col(Item.id), col(Item.text)).where(
        col(Item.list) == PATH,
        col(Item.id).in_(
            select(col(Evidence.fact_id)).where(col(Evidence.document_id) == bindparam("id"))
        ),
    )
)
