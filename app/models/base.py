"""The base of all tables: metadata, naming convention, column types, and a kind's columns."""

from collections.abc import Iterable, Iterator

from sqlalchemy import BigInteger, Index, Integer, String
from sqlmodel import Field, SQLModel

# In SQLite an INTEGER key is an alias of the rowid; a BIGINT key needs an index of its own.
BigInt = BigInteger().with_variant(Integer(), "sqlite")

# Text compares by code points on every database: folded text then sorts as a Russian reader
# expects, whatever the system's collation library.
Text = String().with_variant(String(collation="C"), "postgresql")

metadata = SQLModel.metadata
# A migration can drop or compare a constraint only by its name.
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class KindTable(SQLModel):
    """The columns of every kind's own table; ``id`` is the entity's."""

    id: int = Field(primary_key=True, foreign_key="entity.id", sa_type=BigInt)
    name_key: str = Field(description="Folded name, repeated here for indexes that sort by it.")
    text_order: str = Field(description="Document and offset of the first evidence, to sort by.")


def indexes(filters: Iterable[str], sorts: Iterable[str]) -> Iterator[Index]:
    """Yield an index for each sort, and for each filter with each sort; the id breaks ties."""
    sorts = tuple(sorts)
    for sort in sorts:
        yield Index(None, sort, "id")
    for each in filters:
        for sort in sorts:
            if sort != each:
                yield Index(None, each, sort, "id")


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the SQL condition that ``column`` holds one of ``values``, for a check constraint."""
    return f"{column} IN ({', '.join(map(repr, values))})"
