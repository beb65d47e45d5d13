"""Rendered items: every record of every list as JSON, written by a load."""

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Field, SQLModel, col

from app.models.base import BigInt


class RenderedItem(SQLModel, table=True):
    """One record of a list as JSON; a page is a concatenation of such texts."""

    __tablename__ = "item"

    list: str = Field(primary_key=True, description="Path of the list.")
    id: int = Field(primary_key=True, sa_type=BigInt, description="Key of the entity or fact.")
    text: str = Field(description="The item, as JSON.")


def is_item(path: str, key: Any) -> ColumnElement[bool]:
    """Return the condition on the rendered item of the record ``key`` in the list at ``path``."""
    return and_(col(RenderedItem.list) == path, col(RenderedItem.id) == key)
