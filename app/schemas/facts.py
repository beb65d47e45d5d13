"""Facts and evidence as clients see them."""

from pydantic import BaseModel, Field

from app.domain.json import Json
from app.domain.vocabulary import Support
from app.schemas.refs import Ref

FACTS_PATH = "/v1/facts"
"""The path of the list of facts, under which rendered facts are stored."""
MAX_OFFSET = 10**9
"""The documented maximum of offsets, far above the length of any document."""
MAX_EVIDENCE = 10
"""The largest number of spans of a fact in pages and in details of records."""
MAX_PER_PREDICATE = 100
"""The largest number of facts of one predicate on each side of a record in a response."""


class EvidenceOut(BaseModel):
    """A span of a document that proves a fact (a W3C text position and text quote selector)."""

    document: Ref = Field(description="The document that has the words.")
    start: int = Field(
        description="Offset of the first character, in Unicode code points from 0.",
        examples=[564],
        ge=0,
        le=MAX_OFFSET,
    )
    end: int = Field(
        description="Offset just after the last character.", examples=[576], ge=1, le=MAX_OFFSET
    )
    exact: str = Field(description="The words, as printed.", examples=["ЗАО «Сибирь»"])
    prefix: str = Field(
        description="Up to 32 characters before.", examples=["такие омские предприятия, как "]
    )
    suffix: str = Field(
        description="Up to 32 characters after.", examples=[", ООО «Эко-Стандарт», ООО «Техно"]
    )


class FactOut(BaseModel):
    """One statement, with the words that prove it. Either ``value`` or ``object`` is given."""

    id: str = Field(
        description="Derived from what the fact says, so it survives a reload.",
        examples=["01f4d8c7a9b35e60"],
    )
    subject: Ref = Field(description="What the fact is about.")
    predicate: str = Field(description="What is said of it.", examples=["legal_form"])
    value: str | None = Field(description="What is said, as text.", examples=["ЗАО"])
    object: Ref | None = Field(description="Or the record on the other side.")
    support: Support = Field(description="How far the words carry it.", examples=["stated"])
    attributed_to: Ref | None = Field(
        description="Who says so, where it is a speaker's claim and not the text's own."
    )
    reason: str | None = Field(
        description="Why the words are read this way, where there is doubt.", examples=[None]
    )
    evidence: list[EvidenceOut] = Field(
        description=(
            "The words that prove it, at least one span, in reading order; in lists and details "
            f"of records at most {MAX_EVIDENCE} (the fact itself and exports have all)."
        )
    )


def evidence_item(
    document: Json | None, span: tuple[int, int], exact: str, prefix: str, suffix: str
) -> Json:
    """Return an ``EvidenceOut`` as plain data; ``span`` is start and end."""
    start, end = span
    return {
        "document": document,
        "start": start,
        "end": end,
        "exact": exact,
        "prefix": prefix,
        "suffix": suffix,
    }
