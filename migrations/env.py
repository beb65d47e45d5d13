"""Alembic's environment: the database to migrate, and the metadata to compare it with."""

from app.command import OperatorError, operator_errors

# They take most of a second, in which Ctrl-C may come, too.
with operator_errors():
    import sqlite3
    from contextlib import suppress
    from typing import Literal

    from alembic import context
    from sqlalchemy import Connection
    from sqlalchemy.exc import DBAPIError
    from sqlmodel import AutoString

    from app.db.engine import make_engine, one_line
    from app.db.schema_version import FOREIGN, schema_error
    from app.models import metadata
    from app.settings import get_settings


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Render SQLModel's string type as SQLAlchemy's, the only package that migrations import."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether the models describe a table: SQLAlchemy can't express a search index."""
    return kind != "table" or "_search" not in (name or "")


def run(connection: Connection) -> None:
    """Run the requested migrations over one connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render,
        include_name=is_described,
        compare_type=True,
        compare_server_default=True,
        # On SQLite, too, all migrations are one transaction: whoever waits for it finds them done.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if schema_error(connection) == FOREIGN:
            raise OperatorError(FOREIGN)
        context.run_migrations()


def migrate(url: str) -> None:
    """Run the requested migrations in one transaction that waits for other writers."""
    engine = make_engine(url, writing=True, creating=True)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # WAL lets readers continue while a load writes; the mode is stored in the file. It
                # fails at once, and needlessly, while another migration sets it or a load runs.
                with suppress(sqlite3.Error):
                    connection.connection.execute("PRAGMA journal_mode = WAL")
            run(connection)
    except DBAPIError as error:
        raise OperatorError(f"The database can't be migrated: {one_line(error)}") from error
    finally:
        engine.dispose()


provided: Connection | None = context.config.attributes.get("connection")
if provided is not None:
    run(provided)
else:
    with operator_errors():
        migrate(get_settings().database_url)
