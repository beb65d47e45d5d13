"""The revision: the content hash and the time of the current load."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime
from sqlmodel import Field, SQLModel


class Revision(SQLModel, table=True):
    """The only row: a hash of all loaded data, and the time of the load."""

    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    content_hash: str
    loaded_at: datetime = Field(sa_type=DateTime(timezone=True))
