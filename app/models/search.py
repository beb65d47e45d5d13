"""The tables of search beside its indexes: ranks, exact keys and passages, words and spellings.

The indexes themselves, ``entity_search`` and ``fact_search``, are FTS5 tables on SQLite and tables
with a ``tsvector`` on PostgreSQL; a migration creates them, ``app.search.indexes`` queries them.
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.models.base import BigInt

RANK_GAP = 4_096
"""The distance of neighbouring ranks after a load of everything: later entries find room."""


class SearchEntry(SQLModel, table=True):
    """The search data of an entity; ``rank`` orders all by the name's word count, name and id.

    A rank is a label with gaps and never shown: only its order has a meaning.
    """

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


class NameWord(SQLModel, table=True):
    """A word of names, other names and brands as printed, and the number of facts with it."""

    __tablename__ = "name_word"
    __table_args__ = {"sqlite_with_rowid": False}

    word: str = Field(primary_key=True)
    uses: int


class Spelling(SQLModel, table=True):
    """A ``NameWord`` under one of its deletion variants: itself, or itself without one letter."""

    __table_args__ = {"sqlite_with_rowid": False}

    spelling: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
