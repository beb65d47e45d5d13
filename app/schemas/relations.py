"""Relations as clients see them: events, agreements and participants, each with a role."""

from pydantic import BaseModel, Field

from app.domain.vocabulary import AgreementRole, EventRole
from app.schemas.refs import Ref


class EventLink(BaseModel):
    """An event, and the role in it."""

    role: EventRole = Field(description="The role in the event.", examples=["exhibitor"])
    event: Ref = Field(description="The event.")


class AgreementLink(BaseModel):
    """An agreement, and the role in it."""

    role: AgreementRole = Field(description="The role in the agreement.", examples=["signatory"])
    agreement: Ref = Field(description="The agreement.")


class Party(BaseModel):
    """Somebody whom the text names, or words for those whom it doesn't name."""

    entity: Ref | None = Field(description="The record, where the text gives a name.")
    text: str | None = Field(
        description="The printed words, where it gives none.",
        examples=["представители 25 омских предприятий"],
    )


class Participant(Party):
    """One who had a part in an event."""

    role: EventRole = Field(description="The role in the event.", examples=["exhibitor"])
