"""Search: records of every kind by their names, their values and the words that prove them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.filters import MAX_VALUES, PlainNumber, Text
from app.finding import SCORES, find, suggest
from app.listing import Page
from app.queries import PageQuery
from app.reader import Read
from app.references import Ref
from app.routing import Route
from app.vocabulary import Kind

router = APIRouter(prefix="/v1", tags=["search"], route_class=Route)


class Highlight(BaseModel):
    """A word that was asked for, as a range of a text: start, and end excluded, in code points."""

    start: int = Field(description="Offset of its first character.", examples=[0], ge=0)
    end: int = Field(description="Offset just after its last character.", examples=[6], ge=1)


class Snippet(BaseModel):
    """The passage of a record that answers best."""

    field: str = Field(
        description=(
            "Where it stands: `name`, `also_known_as`, another predicate whose value it is, "
            "`evidence`, or `text` of a document."
        ),
        examples=["name"],
    )
    text: str = Field(description="The passage.", examples=["Сибирь"])
    highlights: list[Highlight] = Field(description="The words asked for, in `text`.")
    fact: str | None = Field(
        description="Id of the fact that says or proves it; null of a name or a document.",
        examples=[None],
    )


class Hit(Ref):
    """A record that was found."""

    model_config = ConfigDict(title="Hit")

    score: float = Field(
        description=(
            "How well it answers: "
            + "; ".join(f"{score}: {meaning}" for score, meaning in SCORES.items())
            + ". Equals are in the order of their names' length."
        ),
        examples=[1.0],
        ge=0,
        le=1,
    )
    snippet: Snippet = Field(description="The passage that answers best.")


class SearchPage(Page[Hit]):
    """A page of records that match."""

    did_you_mean: str | None = Field(
        description=(
            "Where nothing was found: the question with one word put right, to which the answer is."
        ),
        examples=[None],
    )


class SearchQuery(PageQuery):
    """What one may ask of the search."""

    q: Text = Field(
        description=(
            "Words to find, in any form and in either script; all must be there, and the last may "
            "be only begun."
        ),
        json_schema_extra={"examples": ["омск"]},
    )
    kind: list[Kind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds to search; all, unless given."
    )


class Suggestions(BaseModel):
    """Records whose names begin as typed."""

    items: list[Hit] = Field(description="The records; `snippet` has the name that matches.")


class SuggestionQuery(BaseModel):
    """What one may ask of the suggestions."""

    model_config = ConfigDict(extra="forbid")

    q: Text = Field(
        description="What is typed of a name so far, in either script; each word may be begun.",
        json_schema_extra={"examples": ["дво"]},
    )
    kind: list[Kind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds to suggest; all, unless given."
    )
    limit: Annotated[int, Field(ge=1, le=50), PlainNumber] = Field(
        default=10, description="The most records to suggest."
    )


@router.get("/search", response_model=SearchPage)
def search_records(query: Annotated[SearchQuery, Query()], reader: Read) -> Response:
    """Search the records of all kinds."""
    return reader.answer(find(reader, "/v1/search", query))


@router.get("/suggest", response_model=Suggestions)
def suggest_names(query: Annotated[SuggestionQuery, Query()], reader: Read) -> Response:
    """Complete a name as it is typed."""
    return reader.answer({"items": suggest(reader, query.q, query.kind, query.limit)})
