"""The context of our JSON-LD: what each of its words means."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.formats import linked
from app.reader import Read
from app.references import Json
from app.routing import Route

router = APIRouter(prefix="/v1/context", tags=["graph"], route_class=Route)


class LinkedData(JSONResponse):
    """JSON-LD."""

    media_type = "application/ld+json"


class ContextDocument(BaseModel):
    """A JSON-LD context."""

    context: Json = Field(
        alias="@context",
        description="Every word that our JSON-LD uses, and the IRI that says what it means.",
        examples=[{"name": "schema:name"}],
    )


@router.get("", response_model=ContextDocument, response_class=LinkedData)
def get_context(reader: Read) -> Response:
    """Get the context that every JSON-LD answer has written into it."""
    return reader.answer({"@context": linked.CONTEXT}, "jsonld")
