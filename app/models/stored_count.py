"""Stored counts: the number of records of a list, and of each filter value, written by a load."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class StoredCount(SQLModel, table=True):
    """The number of records of a whole list with one value; with ``facet`` "", of all records.

    It is stored as ``negative_count``, so that an index read forwards returns the most frequent
    values first, and among equals the first label. A filter by number ranges has a row for each
    unit of its numbers, such as a day, month or year, that occurs: a range is a sum of few.
    """

    __tablename__ = "stored_count"
    __table_args__ = (Index(None, "list", "facet", "negative_count", "label_key", "value"),)

    list: str = Field(primary_key=True, description="Path of the list.")
    facet: str = Field(primary_key=True, description="Name of the filter.")
    key: str = Field(primary_key=True, description="The value as the filter compares it.")
    value: str = Field(default="", description="The value as clients send it.")
    label: str = Field(default="", description="The value as a reader sees it.")
    label_key: str = Field(default="", description="The label, folded and cut to sort by.")
    negative_count: int
