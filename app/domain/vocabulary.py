"""The vocabulary: kinds, supports, types and roles, and the predicates with their constraints."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field
from typing_extensions import TypeAliasType

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
        Field(description="A kind of record."),
    ],
)
Support = TypeAliasType(
    "Support",
    Annotated[
        Literal["stated", "entailed", "inferred"],
        Field(
            description=(
                "How far the words carry a fact: `stated`, they say it; `entailed`, the grammar "
                "alone implies it; `inferred`, the context suggests it, and `reason` says how."
            )
        ),
    ],
)
OrganizationType = TypeAliasType(
    "OrganizationType",
    Annotated[
        Literal["public_body", "department", "delegation", "museum", "school"],
        Field(description="What an organization is."),
    ],
)
PlaceType = TypeAliasType(
    "PlaceType",
    Annotated[Literal["country", "region", "city", "venue"], Field(description="What a place is.")],
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
        Field(description="What an event was."),
    ],
)
AgreementType = TypeAliasType(
    "AgreementType",
    Annotated[
        Literal["sister_city", "intent", "protocol_of_intent"],
        Field(
            description=(
                "`sister_city`: ties between cities; `intent`: an agreement of intent; "
                "`protocol_of_intent`: a protocol of intent."
            )
        ),
    ],
)
AgreementStatus = TypeAliasType(
    "AgreementStatus",
    Annotated[
        Literal["signed", "ready_to_sign"],
        Field(description="How far an agreement has come; ready to sign is not signed."),
    ],
)
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
        Field(description="What part somebody had in an event."),
    ],
)
AgreementRole = TypeAliasType(
    "AgreementRole",
    Annotated[
        Literal["party", "signatory", "producer"],
        Field(description="What part somebody has in an agreement."),
    ],
)


def literal_values(alias: Any) -> tuple[Any, ...]:
    """Return the values that one of the types above allows."""
    literal, _ = get_args(alias.__value__)
    return get_args(literal)


COLLECTIONS: dict[Kind, str] = {
    "company": "companies",
    "person": "people",
    "organization": "organizations",
    "place": "places",
    "event": "events",
    "agreement": "agreements",
    "quotation": "quotations",
    "document": "documents",
}
"""The collection under ``/v1/`` that serves each kind."""

TYPES: dict[Kind, tuple[str, ...]] = {
    "organization": literal_values(OrganizationType),
    "place": literal_values(PlaceType),
    "event": literal_values(EventType),
    "agreement": literal_values(AgreementType),
}
"""The values of the predicate ``type`` for each kind that has types."""

SUPPORTS: tuple[Support, ...] = literal_values(Support)
EVENT_ROLES: tuple[EventRole, ...] = literal_values(EventRole)
AGREEMENT_ROLES: tuple[AgreementRole, ...] = literal_values(AgreementRole)

ACTORS: tuple[Kind, ...] = ("company", "person", "organization", "place")
SUBJECTS: tuple[Kind, ...] = (*ACTORS, "event", "agreement", "quotation")
"""The kinds that can act, and the kinds that facts are about (documents are their source)."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """The meaning of a predicate, and the constraints on its subjects, values and objects.

    ``value`` is the form of a literal (``text``, ``edtf``, ``integer``, or ``type``: one of
    ``TYPES``), a tuple of the values allowed, or None where only entities are allowed; ``objects``
    are their kinds. ``single`` marks a typed field: an entity has at most one, also stored in the
    column of that name. ``same_kind`` requires an object of the subject's own kind, ``verbatim`` a
    value that, where it is stated, occurs in its evidence letter for letter.
    """

    meaning: str
    subjects: tuple[Kind, ...]
    value: Literal["text", "edtf", "integer", "type"] | tuple[str, ...] | None = None
    objects: tuple[Kind, ...] = ()
    single: bool = False
    same_kind: bool = False
    verbatim: bool = False


def _event_role(meaning: str) -> Predicate:
    return Predicate(meaning, ("event",), "text", ACTORS)


PREDICATES: dict[str, Predicate] = {
    # Of every kind
    "name": Predicate("its name, in the nominative", SUBJECTS, "text", single=True),
    "also_known_as": Predicate(
        "another name of it, in the nominative", SUBJECTS, "text", verbatim=True
    ),
    "printed_as": Predicate(
        "a form in which the text prints its name, in another case or in capitals",
        SUBJECTS,
        "text",
        verbatim=True,
    ),
    "description": Predicate("what the text says of it in passing", SUBJECTS, "text"),
    # Companies
    "legal_form": Predicate(
        "its legal form as printed", ("company",), "text", single=True, verbatim=True
    ),
    "city": Predicate("the city it belongs to", ("company",), objects=("place",), single=True),
    "brand": Predicate("a trade mark it uses", ("company",), "text"),
    "product": Predicate("what it makes", ("company",), "text"),
    "proprietor": Predicate("who trades under it", ("company",), objects=("person",)),
    "partner": Predicate("with whom it has partner ties", ("company",), "text", ACTORS),
    "products_presented_in": Predicate(
        "where it presented its products", ("company",), objects=("place",)
    ),
    # People
    "position": Predicate("the public post held, in a word", ("person",), "text", single=True),
    "post": Predicate("the whole post as printed", ("person",), "text", single=True, verbatim=True),
    "organization": Predicate(
        "the body in which the post is held", ("person",), objects=("organization",), single=True
    ),
    "territory": Predicate(
        "the territory whose post it is", ("person",), objects=("place",), single=True
    ),
    "thanked": Predicate("whom he or she thanked", ("person",), objects=("person",)),
    "seconded": Predicate("whose words he or she seconded", ("person",), objects=("person",)),
    # Organizations, places, events and agreements
    "type": Predicate(
        "what sort of thing it is",
        ("organization", "place", "event", "agreement"),
        "type",
        single=True,
    ),
    "parent": Predicate(
        "the larger whole it is part of",
        ("organization", "place", "event"),
        objects=("organization", "place", "event"),
        single=True,
        same_kind=True,
    ),
    # No event inherits the place of the event that it is part of: `parent` leads there.
    "place": Predicate(
        "where it is or takes place, by its own sentence or its venue's",
        ("organization", "event"),
        objects=("place",),
        single=True,
    ),
    "origin": Predicate("where it comes from", ("organization",), objects=("place",), single=True),
    "namesake": Predicate("whose name it bears", ("organization",), objects=("person",)),
    "opened": Predicate("when it was opened", ("organization",), "edtf", single=True),
    "patron": Predicate("under whose patronage it was opened", ("organization",), "text"),
    "specialization": Predicate("what it specializes in", ("organization",), "text"),
    "holding": Predicate("what it keeps", ("organization",), "text"),
    "leader": Predicate("who leads it", ("organization",), objects=("person",), single=True),
    "sister_city": Predicate(
        "the city with which sister-city ties are agreed", ("place",), objects=("place",)
    ),
    "represented_by": Predicate("who played or acted for it", ("place",), "text", ACTORS),
    "joint_project": Predicate("what is carried out jointly there", ("place",), "text"),
    "cooperation": Predicate("what cooperation there is", ("place",), "text"),
    # Events
    "date": Predicate("when it took place or began", ("event",), "edtf", single=True),
    "date_text": Predicate(
        "the words that tell when it was", ("event",), "text", single=True, verbatim=True
    ),
    "honoree": Predicate("in whose honour it is held", ("event",), objects=ACTORS),
    "venue": Predicate(
        "the building it took place in",
        ("event",),
        objects=("place", "organization"),
        single=True,
    ),
    "enterprise_count": Predicate(
        "how many enterprises were represented",
        ("event",),
        "integer",
        single=True,
    ),
    "topic": Predicate("what was discussed", ("event",), "text"),
    "exhibit": Predicate("what was shown", ("event",), "text"),
    "head": _event_role("who headed it"),
    "participant": _event_role("who took part in it"),
    "exhibitor": _event_role("who showed its products there"),
    "presenter": _event_role("who put it on"),
    "exhibit_author": _event_role("who made what was shown"),
    "visitor": _event_role("who came to see"),
    "host": _event_role("who was visited"),
    "team": _event_role("for whom or as whom a side played"),
    # Agreements
    "status": Predicate(
        "how far it has come",
        ("agreement",),
        literal_values(AgreementStatus),
        single=True,
    ),
    "subject": Predicate("what it is about", ("agreement",), "text", single=True),
    "sphere": Predicate("a sphere that it covers", ("agreement",), "text"),
    "party": Predicate("who is bound by it", ("agreement",), "text", ACTORS),
    "signatory": Predicate("who signed it", ("agreement",), objects=("person",)),
    "producer": Predicate("who makes the goods it is about", ("agreement",), objects=("company",)),
    "goods": Predicate("the goods it is about", ("agreement",), "text"),
    "destination": Predicate("where the goods are to go", ("agreement",), objects=("place",)),
    "occasion": Predicate(
        "the event it came out of", ("agreement",), objects=("event",), single=True
    ),
    "signed_on": Predicate("the day it was signed", ("agreement",), "edtf", single=True),
    "signed_in": Predicate("where it was signed", ("agreement",), objects=("place",), single=True),
    # Quotations
    "text": Predicate(
        "the words, exactly as printed", ("quotation",), "text", single=True, verbatim=True
    ),
    "occasion_text": Predicate("the words that tell when it was said", ("quotation",), "text"),
    "speaker": Predicate("who said it", ("quotation",), objects=("person",), single=True),
    "mention": Predicate("whom or what it names", ("quotation",), objects=SUBJECTS),
}
