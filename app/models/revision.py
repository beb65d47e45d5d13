"""The revision: the hashes and the time of the current load."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime
from sqlmodel import Field, SQLModel

CHANNEL = "pobratim_revision"
"""The channel of PostgreSQL that a committed load notifies."""


class Revision(SQLModel, table=True):
    """The only row: the hash of all loaded data, that of the code, and the time of the load."""

    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True)
    content_hash: str
    code_hash: str
    loaded_at: datetime = Field(sa_type=DateTime(timezone=True))
