"""The tables of search beside its indexes: ranks, exact keys and passages, and spellings.

The indexes themselves, ``entity_search`` and ``fact_search``, are FTS5 tables on SQLite and tables
with a ``tsvector`` on PostgreSQL; a migration creates them, ``app.search.indexes`` queries them.
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.models.base import BigInt


class SearchEntry(SQLModel, table=True):
    """The search data of an entity; ``rank`` numbers all by the name's word count, name and id."""

    __tablename__ = "search_entry"
    __table_args__ = (
        Index(None, "exact_key", "rank"),
        Index(None, "words", "name_key", "entity_id"),
    )

    rank: int = Field(primary_key=True, sa_type=BigInt)
    entity_id: int = Field(foreign_key="entity.id", sa_type=BigInt, unique=True)
    words: int = Field(description="Number of words in the name; fewer rank first.")
    name_key: str
    exact_key: str = Field(description="The name's letters and digits, without its legal form.")
    passages: str = Field(description="JSON: the field, the fact's public id and the text of each.")


class Spelling(SQLModel, table=True):
    """A word of a name under one of its deletion variants: itself, or itself without one letter."""

    __table_args__ = {"sqlite_with_rowid": False}

    spelling: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
