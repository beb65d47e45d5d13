"""Companies."""

from sqlmodel import Field

from app.models.base import BigInt, KindTable, indexes


class Company(KindTable, table=True):
    """An enterprise."""

    __table_args__ = (
        *indexes(["city_id", "legal_form_key"], ["name_key", "text_order", "legal_form_key"]),
    )

    legal_form: str | None = None
    legal_form_key: str = ""
    city_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
