"""The vocabulary: the words in which facts are stated, as people call them."""

from fastapi import Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from app.domain.vocabulary import (
    AGREEMENT_ROLES,
    EVENT_ROLES,
    KINDS,
    LEGAL_FORMS,
    PREDICATES,
    STATUSES,
    SUPPORTS,
    TYPES,
    KindWord,
    Predicate,
    Word,
)
from app.http.context import ContextDep
from app.http.routing import Router

router = Router("/v1/vocabulary", tag="vocabulary")


class Types(BaseModel):
    """The types of every kind that has types."""

    organization: list[Word] = Field(description="What an organization may be.")
    place: list[Word] = Field(description="What a place may be.")
    event: list[Word] = Field(description="What an event may be.")
    agreement: list[Word] = Field(description="What an agreement may be.")


class Roles(BaseModel):
    """The roles in every kind that has roles; each is a predicate, too."""

    event: list[Word] = Field(description="The parts that somebody may have in an event.")
    agreement: list[Word] = Field(description="The parts that somebody may have in an agreement.")


class Vocabulary(BaseModel):
    """The words in which facts are stated, each with its labels and its meaning."""

    kinds: list[KindWord] = Field(description="The kinds of record.")
    predicates: list[Predicate] = Field(description="What can be said of a record.")
    types: Types = Field(description="The values of the predicate `type`, by kind.")
    statuses: list[Word] = Field(description="The values of the predicate `status`.")
    roles: Roles = Field(description="The parts of those who take part, by kind.")
    supports: list[Word] = Field(description="How far words carry a fact, from the best.")
    legal_forms: list[Word] = Field(
        description="Legal forms that are printed short, written out; documents may have others."
    )


def _role(key: str) -> Word:
    predicate = PREDICATES[key]
    return Word(key=key, label=predicate.label, meaning=predicate.meaning)


_BODY = to_json(
    Vocabulary(
        kinds=list(KINDS.values()),
        predicates=list(PREDICATES.values()),
        types=Types(**{kind: list(words.values()) for kind, words in TYPES.items()}),
        statuses=list(STATUSES.values()),
        roles=Roles(
            event=[_role(key) for key in EVENT_ROLES],
            agreement=[_role(key) for key in AGREEMENT_ROLES],
        ),
        supports=list(SUPPORTS.values()),
        legal_forms=list(LEGAL_FORMS.values()),
    )
)


@router.get("", response_model=Vocabulary)
def get_vocabulary(context: ContextDep) -> Response:
    """Get every word in which facts are stated, with its labels, its meaning and its use."""
    with context.read():
        # Only a response with the revision of the data is cached.
        context.headers["Content-Language"] = "en, ru"
        return context.raw(_BODY)
