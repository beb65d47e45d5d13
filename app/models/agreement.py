"""Agreements, signed or ready to be signed."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.domain.vocabulary import AgreementStatus, AgreementType, literal_values
from app.models.base import BigInt, KindTable, indexes, one_of


class Agreement(KindTable, table=True):
    """An agreement; ``attributed_to_id`` is the speaker who claims it, if the text doesn't."""

    __table_args__ = (
        *indexes(
            ["type", "status", "occasion_id", "signed_in_id", "attributed_to_id"],
            ["name_key", "text_order"],
        ),
        CheckConstraint(one_of("type", literal_values(AgreementType)), name="type"),
        CheckConstraint(one_of("status", literal_values(AgreementStatus)), name="status"),
    )

    type: str | None = None
    status: str | None = None
    subject: str | None = None
    occasion_id: int | None = Field(default=None, foreign_key="event.id", sa_type=BigInt)
    signed_on: str | None = Field(default=None, description="In EDTF.")
    signed_in_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
    attributed_to_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInt)
