"""Tallies: how many records of a list there are, and how many with which value, kept by a load."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Tally(SQLModel, table=True):
    """How many records of a whole list have one value; with ``facet`` "", how many there are.

    Of a facet with very many values the rarest are left out. Of a filter by ranges of a number,
    ``position`` is a number that some have, and ``count`` says how many have it or less.
    """

    __table_args__ = (Index(None, "list", "facet", "position"),)

    list: str = Field(primary_key=True, description="Path of the list.")
    facet: str = Field(primary_key=True, description="Name of the filter.")
    key: str = Field(primary_key=True, description="The value as the filter compares it.")
    value: str = Field(description="The value as clients send it.")
    label: str = Field(description="The value as one reads it.")
    count: int
    position: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="The value's place, the most frequent first, from 0; or the number.",
    )
