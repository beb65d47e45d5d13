"""Migrations: upgrade, downgrade and upgrade again, and the same schema as the models."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db.engine import make_engine
from app.models import metadata
from app.settings import get_settings
from seed.__main__ import DOCUMENTS
from seed.load.pipeline import load
from tests.databases import Databases, path_of
from tests.helpers import ROOT


def config(connection: Connection) -> Config:
    result = Config(toml_file=ROOT / "pyproject.toml")
    result.attributes["connection"] = connection
    return result


_CATALOGUE = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT 'column', column_name, table_name, concat_ws(' ', data_type, collation_name,
            is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', indexname, tablename, indexdef
            FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conname, conrelid::regclass::text, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
}


def schema(connection: Connection) -> set[tuple[str, ...]]:
    """Return the rows of the database's catalogue: kind, name, table and definition.

    The search indexes, which SQLAlchemy can't express, and Alembic's own table are left out.
    """
    rows = connection.exec_driver_sql(_CATALOGUE[connection.dialect.name])
    found = {tuple(map(str, row)) for row in rows}
    return {row for row in found if "_search" not in row[2] and row[2] != "alembic_version"}


def test_upgrade_downgrade_and_upgrade_give_the_same_schema(databases: Databases) -> None:
    engine = make_engine(databases.bare())
    with engine.connect() as connection:
        command.upgrade(config(connection), "head")
        first = schema(connection)
        assert first
        command.downgrade(config(connection), "base")
        assert schema(connection) == set()
        command.upgrade(config(connection), "head")
        assert schema(connection) == first
    engine.dispose()


def test_models_and_migrations_give_the_same_schema(databases: Databases) -> None:
    engine = make_engine(databases.bare())
    with engine.connect() as connection:
        command.upgrade(config(connection), "head")
        # SQLAlchemy can't express a search index.
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or "_search" not in name,
            },
        )
        assert compare_metadata(context, metadata) == []
        migrated = schema(connection)
    engine.dispose()
    # Alembic doesn't compare checks and deferrable keys; the catalogue's definitions show them.
    engine = make_engine(databases.bare())
    with engine.begin() as connection:
        metadata.create_all(connection)
        created = schema(connection)
    engine.dispose()
    assert comparable(migrated) == comparable(created)


def comparable(rows: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Return a schema without differences of notation.

    SQLite stores the statements verbatim, so only the constraints of a table are compared.
    PostgreSQL adds casts to a condition once its column has been altered.
    """
    found = set()
    for kind, name, table, definition in rows:
        lines = definition.splitlines() if kind == "table" else [definition]
        conditions = [
            re.sub(r'::(text|character varying)(\[\])?|[()"]', "", line.strip().rstrip(","))
            for line in lines
            if kind != "table" or "CHECK" in line or "FOREIGN" in line or "UNIQUE" in line
        ]
        found.add((kind, name, table, *sorted(conditions)))
    return found


def test_alembic_check_finds_no_difference(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    get_settings.cache_clear()
    # It raises an exception where there is one.
    command.check(Config(toml_file=ROOT / "pyproject.toml"))
    get_settings.cache_clear()


def test_concurrent_migrations_wait_for_one_another(databases: Databases) -> None:
    url = databases.bare()
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    results = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert results == [("", 0)] * 3
    assert load(DOCUMENTS, url)


def test_there_is_one_head() -> None:
    script = ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml"))
    assert len(script.get_heads()) == 1


@pytest.mark.sqlite
def test_the_database_file_is_in_wal_mode(fresh_url: str) -> None:
    with sqlite3.connect(path_of(fresh_url)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_alembic_is_configured_in_pyproject_only() -> None:
    assert not (ROOT / "alembic.ini").exists()
    assert "[tool.alembic]" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "migrations" / "versions").glob("*.py")))
def test_a_migration_imports_nothing_from_app(path: Path) -> None:
    source = path.read_text()
    assert "import app" not in source
    assert "from app" not in source
