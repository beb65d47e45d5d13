"""The version of the database's schema, compared with the migrations of this code."""

from sqlalchemy import Connection, inspect, text

MIGRATIONS = ("2f6c0d9b4e18",)
"""The revisions in ``migrations/versions/``, in order: loads and servers don't import Alembic."""
NOT_MIGRATED = "The database isn't migrated: run `alembic upgrade head`."
FOREIGN = (
    "The database was made by another version of this code, which can't be migrated: delete its "
    "file (on PostgreSQL, drop and create the database), then run `alembic upgrade head` and "
    "`python -m seed`."
)


def schema_error(connection: Connection) -> str | None:
    """Return what is wrong with the schema and how to mend it, in a line; None if it is current."""
    database = inspect(connection)
    versions: set[str] = set()
    if database.has_table("alembic_version"):
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        versions.update(found.scalars())
    if versions == {MIGRATIONS[-1]}:
        return None
    if versions.issubset(MIGRATIONS) and (versions or not database.has_table("entity")):
        return NOT_MIGRATED
    return FOREIGN
