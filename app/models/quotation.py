"""Quotations, word for word."""

from sqlmodel import Field

from app.models.base import BigInt, KindTable, indexes


class Quotation(KindTable, table=True):
    """The words of a speaker, as quoted in a document."""

    __table_args__ = (*indexes(["speaker_id"], ["name_key", "text_order"]),)

    text: str
    speaker_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInt)
