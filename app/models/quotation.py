"""Quotations, word for word."""

from sqlalchemy import Index
from sqlmodel import Field

from app.models.base import BigInt, KindTable


class Quotation(KindTable, table=True):
    """What somebody is quoted as saying."""

    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "text_order", "id"),
        Index(None, "speaker_id", "name_key", "id"),
    )

    text: str
    speaker_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInt)
