"""What all tables share: the metadata, its naming rules, the key type, a kind's columns."""

from collections.abc import Iterable, Iterator

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String
from sqlmodel import Field, SQLModel

# SQLite makes only INTEGER, not BIGINT, keys an alias of its rowid.
BigInt = BigInteger().with_variant(Integer(), "sqlite")

# All text compares by code points, on every database alike: what is folded then sorts as a Russian
# reader expects, and no library of the system decides.
Text = String().with_variant(String(collation="C"), "postgresql")

metadata = SQLModel.metadata
# Named constraints are what lets a migration drop or compare them.
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class KindTable(SQLModel):
    """The columns that every kind's own table has; ``id`` is the entity's."""

    id: int = Field(primary_key=True, foreign_key="entity.id", sa_type=BigInt)
    name_key: str = Field(description="Folded name, repeated here for indexes that sort by it.")
    text_order: str = Field(description="Document and offset of the first evidence, to sort by.")


def indexes(filters: Iterable[str], sorts: Iterable[str]) -> Iterator[Index]:
    """Yield an index for every order, and for every filter with every order; the id breaks ties."""
    sorts = tuple(sorts)
    for sort in sorts:
        yield Index(None, sort, "id")
    for each in filters:
        for sort in sorts:
            if sort != each:
                yield Index(None, each, sort, "id")


def one_of(column: str, words: Iterable[str]) -> str:
    """Return the SQL condition that ``column`` holds one of ``words`` (for a check constraint)."""
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def self_reference(column: str, target: str) -> Column[int]:
    """Return a reference to a row of the same table, checked at commit: rows come in any order."""
    return Column(
        column,
        BigInt,
        ForeignKey(target, deferrable=True, initially="DEFERRED"),
        nullable=True,
    )
