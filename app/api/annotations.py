"""Annotations: the facts that a document proves, as W3C Web Annotations of its text."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import bindparam, select
from sqlmodel import col

from app import cursors
from app.counts import TOTAL_CAP
from app.errors import NotFoundError
from app.facts import PATH, FactOut, whole
from app.filters import Through, refers_to
from app.identity import entity_id
from app.listing import Id, Listing
from app.models import Document, Evidence, Fact
from app.queries import ListQuery, PageQuery
from app.reader import Read
from app.references import Json
from app.routing import Route

router = APIRouter(prefix="/v1/documents/{id}/annotations", tags=["documents"], route_class=Route)

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


class LinkedData(JSONResponse):
    """JSON-LD, in the profile of Web Annotations."""

    media_type = "application/ld+json"


class TextPositionSelector(BaseModel):
    """A range of a text in Unicode code points."""

    type: Literal["TextPositionSelector"] = Field(
        description="The kind of selector.", examples=["TextPositionSelector"]
    )
    start: int = Field(description="Offset of the first character.", examples=[564], ge=0)
    end: int = Field(description="Offset just after the last one.", examples=[576], ge=1)


class TextQuoteSelector(BaseModel):
    """A passage of a text by its words."""

    type: Literal["TextQuoteSelector"] = Field(
        description="The kind of selector.", examples=["TextQuoteSelector"]
    )
    exact: str = Field(description="The words, as printed.", examples=["ЗАО «Сибирь»"])
    prefix: str = Field(
        description="Up to 32 characters before.", examples=["такие омские предприятия, как "]
    )
    suffix: str = Field(
        description="Up to 32 characters after.", examples=[", ООО «Эко-Стандарт», ООО «Техно"]
    )


class Target(BaseModel):
    """A passage of the document."""

    type: Literal["SpecificResource"] = Field(
        description="The kind of target.", examples=["SpecificResource"]
    )
    source: str = Field(
        description="Where the text is served.",
        examples=["/v1/documents/omsk-days-pavlodar/text"],
    )
    selector: list[TextPositionSelector | TextQuoteSelector] = Field(
        description="The passage, by position and by its words."
    )


class TextualBody(BaseModel):
    """The fact in words."""

    id: str = Field(
        description="Where the fact is served.", examples=["/v1/facts/364c46accec99916"]
    )
    type: Literal["TextualBody"] = Field(description="The kind of body.", examples=["TextualBody"])
    value: str = Field(
        description="Subject, predicate, and what is said.", examples=["Сибирь, legal_form: ЗАО"]
    )
    format: Literal["text/plain"] = Field(description="Media type.", examples=["text/plain"])


class Annotation(BaseModel):
    """One fact, and the passages of the document that prove it."""

    id: str = Field(
        description="The fact in this document.",
        examples=["/v1/documents/omsk-days-pavlodar/annotations#364c46accec99916"],
    )
    type: Literal["Annotation"] = Field(description="What this is.", examples=["Annotation"])
    motivation: Literal["describing"] = Field(
        description="Why the passages are marked.", examples=["describing"]
    )
    body: TextualBody = Field(description="What the fact says.")
    target: list[Target] = Field(description="The passages that prove it.")


class AnnotationCollection(BaseModel):
    """All annotations of a document."""

    id: str = Field(
        description="Where they are served.",
        examples=["/v1/documents/omsk-days-pavlodar/annotations"],
    )
    type: Literal["AnnotationCollection"] = Field(
        description="What this is.", examples=["AnnotationCollection"]
    )
    total: int = Field(
        description=f"How many there are; {TOTAL_CAP:,} where there are more.", examples=[279], ge=0
    )


class AnnotationPage(BaseModel):
    """A page of annotations, as the W3C Web Annotation model has it."""

    context: str = Field(alias="@context", description="What the words mean.", examples=[CONTEXT])
    id: str = Field(
        description="This page.",
        examples=["/v1/documents/omsk-days-pavlodar/annotations?limit=50"],
    )
    type: Literal["AnnotationPage"] = Field(
        description="What this is.", examples=["AnnotationPage"]
    )
    partOf: AnnotationCollection = Field(  # noqa: N815 (the W3C's name)
        description="What the page is of."
    )
    next: str | SkipJsonSchema[None] = Field(
        default=None,
        description="Path and query of the next page; there only if there is one.",
        examples=["/v1/documents/omsk-days-pavlodar/annotations?cursor=WyI"],
    )
    items: list[Annotation] = Field(description="The annotations, in reading order.")


class AnnotationQuery(PageQuery):
    """What one may ask of the annotations."""


class _FactsOfDocument(ListQuery):
    sort: str = "text_order"
    document: list[str]


listing = Listing(
    "/v1/documents/{id}/annotations",
    FactOut,
    table=Fact.__table__,  # type: ignore[attr-defined]
    key=col(Fact.id),
    sorts={"text_order": col(Fact.text_order)},
    filters={},
    through=[
        Through(
            Evidence,
            col(Fact.id),
            col(Evidence.fact_id),
            {"document": refers_to("document", col(Evidence.document_id), ["document"])},
        )
    ],
    kept_as=PATH,
)


def _annotation(fact: Json, slug: str) -> Json:
    said = fact["value"] if fact["object"] is None else fact["object"]["name"]
    return {
        "id": f"/v1/documents/{slug}/annotations#{fact['id']}",
        "type": "Annotation",
        "motivation": "describing",
        "body": {
            "id": f"/v1/facts/{fact['id']}",
            "type": "TextualBody",
            "value": f"{fact['subject']['name']}, {fact['predicate']}: {said}",
            "format": "text/plain",
        },
        "target": [
            {
                "type": "SpecificResource",
                "source": f"/v1/documents/{slug}/text",
                "selector": [
                    {
                        "type": "TextPositionSelector",
                        "start": evidence["start"],
                        "end": evidence["end"],
                    },
                    {
                        "type": "TextQuoteSelector",
                        "exact": evidence["exact"],
                        "prefix": evidence["prefix"],
                        "suffix": evidence["suffix"],
                    },
                ],
            }
            for evidence in fact["evidence"]
            if evidence["document"]["id"] == slug
        ],
    }


@router.get("", response_model=AnnotationPage, response_class=LinkedData)
def get_document_annotations(
    id: Id, query: Annotated[AnnotationQuery, Query()], reader: Read
) -> Response:
    """Get the facts that one document proves, as annotations of its text."""
    path = f"/v1/documents/{id}/annotations"
    of_document = _FactsOfDocument(document=[id], limit=query.limit, cursor=query.cursor)
    facts, page = listing.page(reader, of_document, whole, path=path, asked_as=query)
    # The filter would take `document:` before an id; a path doesn't.
    if not page["total"] or ":" in id:
        with reader.read() as connection:
            if connection.execute(_EXISTS, {"id": entity_id("document", id)}).first() is None:
                raise NotFoundError(f"There is no «{id[:100]}» in /v1/documents.")
    # The first page is not the collection itself, and the others are what `next` calls them.
    own = cursors.url(path, query, query.cursor) if query.cursor else f"{path}?limit={query.limit}"
    answer = {
        "@context": CONTEXT,
        "id": own,
        "type": "AnnotationPage",
        "partOf": {"id": path, "type": "AnnotationCollection", "total": page["total"]},
        "items": [_annotation(fact, id) for fact in facts],
    }
    if page["next"]:
        answer["next"] = page["next"]
    return reader.answer(answer, "jsonld")


_EXISTS = select(col(Document.id)).where(col(Document.id) == bindparam("id"))
