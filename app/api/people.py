"""The endpoints of people."""

from typing import Annotated

from fastapi import Query, Response

from app.formats.responses import EXPORT_RESPONSES, PICTURE_RESPONSES
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.endpoint import respond
from app.listing.entities import Id, RelatedQuery, respond_detail, respond_related
from app.resources.people import PersonDetail, PersonPage, PersonQuery, people
from app.schemas.neighbours import Related

router = Router("/v1/people", tag="people")


@router.get("", response_model=PersonPage, responses=EXPORT_RESPONSES)
def list_people(query: Annotated[PersonQuery, Query()], context: ContextDep) -> Response:
    """List the people that match."""
    return respond(people, context, query)


@router.get("/{id}", response_model=PersonDetail)
def get_person(id: Id, context: ContextDep) -> Response:
    """Get one person, with all the facts about him or her."""
    return respond_detail(people, context, id)


@router.get("/{id}/related", response_model=Related, responses=PICTURE_RESPONSES)
def get_person_related(
    id: Id, query: Annotated[RelatedQuery, Query()], context: ContextDep
) -> Response:
    """Get what is one fact away from one person."""
    return respond_related(people, context, id, query)
