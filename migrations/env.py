"""Alembic's environment: which database to migrate, and the tables to compare it with."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import AutoString

from app.database import make_engine
from app.models import metadata
from app.settings import get_settings


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write SQLModel's own string type as the plain one: a migration needs SQLAlchemy alone."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether the models describe a table: SQLAlchemy has no words for a search index."""
    return kind != "table" or "_search" not in (name or "")


def run(connection: Connection) -> None:
    """Run the migrations asked for over one connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render,
        include_name=is_described,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = make_engine(get_settings().database_url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Readers go on while a load writes; the mode is a property of the file and stays.
            connection.connection.execute("PRAGMA journal_mode = WAL")
        run(connection)
    engine.dispose()
