"""The vocabulary: the words in which facts are stated, with their labels, meanings and constraints.

``vocabulary.toml`` has them all. The types below repeat its keys for type checkers and OpenAPI.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _meanings(words: Mapping[str, Any]) -> str:
    return "; ".join(f"`{key}`: {word['meaning']}" for key, word in words.items()) + "."


Kind = TypeAliasType(
    "Kind",
    Annotated[
        Literal[
            "company",
            "person",
            "organization",
            "place",
            "event",
            "agreement",
            "quotation",
            "document",
        ],
        Field(description=f"A kind of record. {_meanings(_DATA['kinds'])}"),
    ],
)
Support = TypeAliasType(
    "Support",
    Annotated[
        Literal["stated", "entailed", "inferred"],
        Field(description=f"How far the words carry a fact. {_meanings(_DATA['supports'])}"),
    ],
)
OrganizationType = TypeAliasType(
    "OrganizationType",
    Annotated[
        Literal["public_body", "department", "delegation", "museum", "school"],
        Field(description=f"What an organization is. {_meanings(_DATA['types']['organization'])}"),
    ],
)
PlaceType = TypeAliasType(
    "PlaceType",
    Annotated[
        Literal["country", "region", "city", "venue"],
        Field(description=f"What a place is. {_meanings(_DATA['types']['place'])}"),
    ],
)
EventType = TypeAliasType(
    "EventType",
    Annotated[
        Literal[
            "city_days",
            "trade_mission",
            "business_programme",
            "exhibition",
            "contact_exchange",
            "visit",
            "familiarization",
            "match",
        ],
        Field(description=f"What an event was. {_meanings(_DATA['types']['event'])}"),
    ],
)
AgreementType = TypeAliasType(
    "AgreementType",
    Annotated[
        Literal["sister_city", "intent", "protocol_of_intent"],
        Field(description=f"What an agreement is. {_meanings(_DATA['types']['agreement'])}"),
    ],
)
AgreementStatus = TypeAliasType(
    "AgreementStatus",
    Annotated[
        Literal["signed", "ready_to_sign"],
        Field(description=f"How far an agreement has come. {_meanings(_DATA['statuses'])}"),
    ],
)


def _roles(kind: Kind) -> dict[str, Any]:
    """Return the predicates that are the roles in a kind."""
    words = _DATA["predicates"].items()
    return {key: word for key, word in words if word.get("role") and kind in word["subjects"]}


EventRole = TypeAliasType(
    "EventRole",
    Annotated[
        Literal[
            "head",
            "participant",
            "exhibitor",
            "presenter",
            "exhibit_author",
            "visitor",
            "host",
            "team",
        ],
        Field(description=f"What part somebody had in an event. {_meanings(_roles('event'))}"),
    ],
)
AgreementRole = TypeAliasType(
    "AgreementRole",
    Annotated[
        Literal["party", "signatory", "producer"],
        Field(
            description=f"What part somebody has in an agreement. {_meanings(_roles('agreement'))}"
        ),
    ],
)
ValueForm = TypeAliasType(
    "ValueForm",
    Annotated[
        Literal["text", "edtf", "integer", "type", "status"],
        Field(
            description=(
                "What a value is: a `text`; a date in `edtf` (ISO 8601-2); an `integer`; a `type` "
                "of the subject's kind; a `status` of an agreement."
            )
        ),
    ],
)


class Label(BaseModel):
    """The labels of a word, by language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ru: str = Field(description="In Russian.", examples=["торговая марка"])
    en: str = Field(description="In English.", examples=["trade mark"])


class Word(BaseModel):
    """A word of the vocabulary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(description="The word, as data has it.", examples=["brand"])
    label: Label = Field(description="What people call it.")
    meaning: str = Field(description="What it means.", examples=["a trade mark it uses"])


class KindWord(Word):
    """A kind of record."""

    key: Kind = Field(description="The kind, as data has it.", examples=["company"])
    plural: Label = Field(description="What people call several, as in a heading.")
    collection: str = Field(
        description="The collection of its records: `companies` is served at `/v1/companies`.",
        examples=["companies"],
    )


class Predicate(Word):
    """A predicate, and what it may be said of: it takes a value or an object, or one of both."""

    subjects: tuple[Kind, ...] = Field(
        description="The kinds of record that it is said of.", examples=[["company"]]
    )
    value: ValueForm | None = Field(
        default=None, description="What its value is; null where it takes objects alone."
    )
    objects: tuple[Kind, ...] = Field(
        default=(), description="The kinds of record that it takes as an object.", examples=[[]]
    )
    single: bool = Field(
        default=False,
        description="Whether a record has one at most; it is then a field of the record.",
        examples=[False],
    )
    same_kind: bool = Field(
        default=False,
        description="Whether its object is of the subject's own kind.",
        examples=[False],
    )
    verbatim: bool = Field(
        default=False,
        description="Whether a stated value stands in its evidence letter for letter.",
        examples=[False],
    )
    role: bool = Field(
        default=False,
        description="Whether it is the part that somebody has in an event or an agreement.",
        examples=[False],
    )


def literal_values(alias: Any) -> tuple[Any, ...]:
    """Return the values that one of the types above allows."""
    literal, _ = get_args(alias.__value__)
    return get_args(literal)


def _words(words: Mapping[str, Any]) -> dict[Any, Word]:
    return {key: Word(key=key, **word) for key, word in words.items()}


KINDS: dict[Kind, KindWord] = {
    key: KindWord(key=key, **word) for key, word in _DATA["kinds"].items()
}
SUPPORTS: dict[Support, Word] = _words(_DATA["supports"])
TYPES: dict[Kind, dict[str, Word]] = {kind: _words(words) for kind, words in _DATA["types"].items()}
"""The values of the predicate ``type`` for each kind that has types."""
STATUSES: dict[AgreementStatus, Word] = _words(_DATA["statuses"])
LEGAL_FORMS: dict[str, Word] = _words(_DATA["legal_forms"])
PREDICATES: dict[str, Predicate] = {
    key: Predicate(key=key, **word) for key, word in _DATA["predicates"].items()
}

COLLECTIONS: dict[Kind, str] = {kind: word.collection for kind, word in KINDS.items()}
"""The collection under ``/v1/`` that serves each kind."""
EVENT_ROLES: tuple[EventRole, ...] = literal_values(EventRole)
AGREEMENT_ROLES: tuple[AgreementRole, ...] = literal_values(AgreementRole)
ACTORS: tuple[Kind, ...] = ("company", "person", "organization", "place")
SUBJECTS: tuple[Kind, ...] = (*ACTORS, "event", "agreement", "quotation")
"""The kinds that can act, and the kinds that facts are about (documents are their source)."""


def allowed_values(predicate: Predicate, kind: Kind) -> Mapping[Any, Word]:
    """Return the words that a predicate of a kind takes, none where any text will do."""
    match predicate.value:
        case "type":
            return TYPES[kind]
        case "status":
            return STATUSES
        case _:
            return {}
