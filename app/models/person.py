"""People, officials among them."""

from sqlmodel import Field

from app.models.base import BigInt, KindTable, indexes


class Person(KindTable, table=True):
    """A person named in a document; an official holds a public post."""

    __table_args__ = (
        *indexes(
            ["is_official", "position_key", "organization_id", "territory_id"],
            ["name_key", "text_order", "position_key"],
        ),
    )

    is_official: bool = False
    position: str | None = None
    position_key: str = ""
    post: str | None = None
    organization_id: int | None = Field(default=None, foreign_key="organization.id", sa_type=BigInt)
    territory_id: int | None = Field(default=None, foreign_key="place.id", sa_type=BigInt)
