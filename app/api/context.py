"""The JSON-LD context: the IRI of every term."""

from fastapi import Response
from pydantic import BaseModel, Field

from app.domain.json import Json
from app.formats import jsonld
from app.http.context import ContextDep, JsonLdResponse
from app.http.routing import Router

router = Router("/v1/context", tag="graph")


class ContextDocument(BaseModel):
    """A JSON-LD context."""

    context: Json = Field(
        alias="@context",
        description="Every word that our JSON-LD uses, and the IRI that says what it means.",
        examples=[{"name": "schema:name"}],
    )


@router.get("", response_model=ContextDocument, response_class=JsonLdResponse)
def get_context(context: ContextDep) -> Response:
    """Get the context that every JSON-LD answer has written into it."""
    # Its words are English, whatever the data.
    context.headers["Content-Language"] = "en"
    return context.json({"@context": jsonld.CONTEXT}, "jsonld")
