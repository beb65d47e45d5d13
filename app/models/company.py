"""Companies."""

from sqlalchemy import Index
from sqlmodel import Field

from app.models.base import BigInt, KindTable


class Company(KindTable, table=True):
    """An enterprise."""

    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "text_order", "id"),
        Index(None, "legal_form_key", "id"),
        Index(None, "legal_form_key", "name_key", "id"),
        Index(None, "city_id", "name_key", "id"),
    )

    legal_form: str | None = None
    legal_form_key: str = ""
    city_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
