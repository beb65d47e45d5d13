"""Agreements, signed or not yet."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.models.base import BigInt, KindTable, indexes, one_of
from app.vocabulary import AgreementStatus, AgreementType, words


class Agreement(KindTable, table=True):
    """An agreement; ``attributed_to_id`` is who says so, where the text itself doesn't."""

    __table_args__ = (
        *indexes(["type", "status", "attributed_to_id"], ["name_key", "text_order"]),
        CheckConstraint(one_of("type", words(AgreementType)), name="type"),
        CheckConstraint(one_of("status", words(AgreementStatus)), name="status"),
    )

    type: str | None = None
    status: str | None = None
    subject: str | None = None
    attributed_to_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInt)
