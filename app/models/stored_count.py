"""Stored counts: the number of records of a list, and of each filter value, written by a load."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class StoredCount(SQLModel, table=True):
    """The number of records of a whole list with one value; with ``facet`` "", of all records.

    A facet stores its most frequent values only. For a filter by number ranges, ``position`` is a
    number that occurs, and ``count`` is cumulative: the records with that number or a smaller one.
    """

    __tablename__ = "tally"
    __table_args__ = (Index(None, "list", "facet", "position"),)

    list: str = Field(primary_key=True, description="Path of the list.")
    facet: str = Field(primary_key=True, description="Name of the filter.")
    key: str = Field(primary_key=True, description="The value as the filter compares it.")
    value: str = Field(description="The value as clients send it.")
    label: str = Field(description="The value as a reader sees it.")
    count: int
    position: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="Rank of the value by frequency, from 0; or the number.",
    )
