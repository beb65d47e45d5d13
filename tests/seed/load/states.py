"""The state of a database, without what may depend on the order of its loads."""

from typing import Any

from sqlalchemy import Connection, text

from app.db.engine import make_engine
from app.models import metadata

State = dict[str, list[tuple[Any, ...]]]
# Ranks are labels of which the order alone has a meaning; files have signatures of their own.
_HIDDEN = {"search_entry": {"rank"}, "document": {"signature"}, "revision": {"loaded_at"}}
_ENTRY_ORDER = "SELECT entity_id FROM search_entry ORDER BY rank"


def read_state(url: str) -> State:
    """Return the rows of all tables, the order of search entries, and the tokens of each index."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            state = {name: _rows(connection, name) for name in metadata.tables}
            state["rank order"] = list(map(tuple, connection.execute(text(_ENTRY_ORDER))))
            for index in ("entity_search", "fact_search"):
                state[index] = sorted(_postings(connection, index))
            return state
    finally:
        engine.dispose()


def _rows(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    shown = [
        f'"{column.name}"'
        for column in metadata.tables[name].columns
        if column.name not in _HIDDEN.get(name, ())
    ]
    rows = connection.execute(text(f'SELECT {", ".join(shown)} FROM "{name}"'))  # noqa: S608
    return sorted(map(tuple, rows), key=repr)


def _postings(connection: Connection, index: str) -> list[tuple[Any, ...]]:
    """Return the tokens of an index, each with the entity or fact that it finds."""
    found = "SELECT entity_id FROM search_entry WHERE rank = {}"
    owner = found if index == "entity_search" else "SELECT {}"
    if connection.dialect.name == "postgresql":
        rows = f"SELECT ({owner.format('rowid')}), CAST(tokens AS text) FROM {index}"  # noqa: S608
    else:
        vocabulary = f"temp.{index}_words"
        connection.execute(
            text(f"CREATE VIRTUAL TABLE {vocabulary} USING fts5vocab(main, {index}, instance)")
        )
        rows = f'SELECT ({owner.format("doc")}), term, col, "offset" FROM {vocabulary}'  # noqa: S608
    return list(map(tuple, connection.execute(text(rows))))


def differences(one: State, other: State) -> list[str]:
    """Return the first rows in which two states differ, a line for each table."""
    return [
        f"{name}: {sorted(set(one[name]) ^ set(other[name]), key=repr)[:4]}"
        for name in one
        if one[name] != other[name]
    ]
