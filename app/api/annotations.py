"""Annotations: the facts of a document as W3C Web Annotations of its text."""

from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.domain.ids import entity_id
from app.domain.json import Json
from app.exceptions import record_not_found
from app.formats.jsonld import selectors
from app.http.context import ContextDep, JsonLdResponse
from app.http.routing import Router
from app.listing.declaration import Listing
from app.listing.endpoint import link_pages, read_page
from app.listing.entities import Id
from app.listing.facts import with_all_evidence
from app.listing.filters import references
from app.listing.related_filters import RelatedFilter
from app.listing.selection import Position, Selection
from app.models import Document, Evidence, Fact
from app.params.cursors import Pagination
from app.params.queries import PageQuery
from app.schemas.facts import FACTS_PATH, FactOut
from app.schemas.pages import TOTAL_CAP, page_totals

router = Router("/v1/documents/{id}/annotations", tag="documents")

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


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
        description=f"How many there are; {TOTAL_CAP:,} where there are more.", examples=[286], ge=0
    )


class AnnotationPage(BaseModel):
    """A page of annotations, as the W3C Web Annotation model has it."""

    context: list[str | dict[str, str]] = Field(
        alias="@context",
        description="What the words mean, and the address to which ids are relative.",
        examples=[[CONTEXT, {"@base": "https://example.org/"}]],
    )
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
    """The parameters of the annotations."""


facts_of_document = Listing(
    path="/v1/documents/{id}/annotations",
    table=Fact,
    model=FactOut,
    sorts={"text_order": col(Fact.text_order)},
    filters={},
    related=[
        RelatedFilter(
            Evidence,
            col(Fact.id),
            col(Evidence.fact_id),
            {"document": references("document", col(Evidence.document_id), ["document"])},
            required=True,
        )
    ],
    items_of=FACTS_PATH,
)
_DOCUMENT = select(col(Document.id)).where(col(Document.id) == bindparam("id"))


@router.get("", response_model=AnnotationPage, response_class=JsonLdResponse)
def get_document_annotations(
    id: Id, query: Annotated[AnnotationQuery, Query()], context: ContextDep
) -> Response:
    """Get the facts that one document proves, as annotations of its text."""
    path = f"/v1/documents/{id}/annotations"
    bound = {"document": [id], "order": "asc", "q": None, "sort": "text_order"}
    pagination = Pagination(path, query, bound)
    position = pagination.position([str, int])
    selection = _select(id, query, position)
    with context.read() as connection:
        page = read_page(connection, facts_of_document, selection)
        facts = with_all_evidence(connection, page.rows)
        if not page.total and not _exists(connection, id):
            raise record_not_found(id, "/v1/documents")
    next_url = link_pages(context, pagination, page.last)
    # The path alone identifies the collection, so the first page needs an id with a query.
    page_id = pagination.url(position) if position else f"{path}?limit={query.limit}"
    total = page_totals(page.total)["total"]
    response = {
        "@context": [CONTEXT, {"@base": f"{context.base_url}/"}],
        "id": page_id,
        "type": "AnnotationPage",
        "partOf": {"id": path, "type": "AnnotationCollection", "total": total},
        "items": [_annotation(fact, id) for fact in facts],
    }
    if next_url:
        response["next"] = next_url
    return context.json(response, "jsonld")


def _select(slug: str, query: AnnotationQuery, position: list[Any] | None) -> Selection:
    """Return the selection of a document's facts in reading order."""
    return Selection(
        active=frozenset({"document"}),
        single_valued=frozenset({"document"}),
        sort="text_order",
        limit=query.limit + 1,
        values={"document": [entity_id("document", slug)]},
        after=Position(*position) if position else None,
    )


def _exists(connection: Connection, slug: str) -> bool:
    return connection.execute(_DOCUMENT, {"id": entity_id("document", slug)}).first() is not None


def _annotation(fact: Json, slug: str) -> Json:
    statement = fact["value"] if fact["object"] is None else fact["object"]["name"]
    return {
        "id": f"/v1/documents/{slug}/annotations#{fact['id']}",
        "type": "Annotation",
        "motivation": "describing",
        "body": {
            "id": f"/v1/facts/{fact['id']}",
            "type": "TextualBody",
            "value": f"{fact['subject']['name']}, {fact['predicate']}: {statement}",
            "format": "text/plain",
        },
        "target": [
            {
                "type": "SpecificResource",
                "source": f"/v1/documents/{slug}/text",
                "selector": selectors(evidence, "type"),
            }
            for evidence in fact["evidence"]
            if evidence["document"]["id"] == slug
        ],
    }
