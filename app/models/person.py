"""People, officials among them."""

from sqlalchemy import Index
from sqlmodel import Field

from app.models.base import BigInt, KindTable


class Person(KindTable, table=True):
    """Somebody named; an official is one who holds a public post."""

    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "text_order", "id"),
        Index(None, "is_official", "name_key", "id"),
        Index(None, "position_key", "name_key", "id"),
        Index(None, "organization_id", "name_key", "id"),
        Index(None, "territory_id", "name_key", "id"),
    )

    is_official: bool = False
    position: str | None = None
    position_key: str = ""
    organization_id: int | None = Field(default=None, foreign_key="organization.id", sa_type=BigInt)
    territory_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
