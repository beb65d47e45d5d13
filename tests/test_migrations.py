"""Migrations: up, down and up again, and the same tables as the models describe."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.database import make_engine
from app.models import metadata
from seed.dataset import Dataset
from seed.load import load
from tests.kit import ROOT


def config(connection: Connection) -> Config:
    made = Config(toml_file=ROOT / "pyproject.toml")
    made.attributes["connection"] = connection
    return made


def schema(connection: Connection) -> set[tuple[str, ...]]:
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {tuple(map(str, row)) for row in rows}


def test_up_down_and_up_again(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        command.upgrade(config(connection), "head")
        first = schema(connection)
        command.downgrade(config(connection), "base")
        assert {row[1] for row in schema(connection)} <= {
            "alembic_version",
            "sqlite_autoindex_alembic_version_1",
        }
        command.upgrade(config(connection), "head")
        assert schema(connection) == first
    engine.dispose()


def test_models_and_migrations_are_equal(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        command.upgrade(config(connection), "head")
        # SQLAlchemy has no words for a search index.
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or "_search" not in name,
            },
        )
        assert compare_metadata(context, metadata) == []
        migrated = {row for row in schema(connection) if not row[1].startswith("alembic")}
    engine.dispose()
    # What Alembic doesn't compare (checks, deferrable keys) shows in the statements themselves.
    engine = make_engine(f"sqlite:///{tmp_path / 'y.db'}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        created = schema(connection)
    engine.dispose()

    def checks(rows: set[tuple[str, ...]]) -> dict[str, list[str]]:
        return {
            row[1]: sorted(
                line.strip().rstrip(",").replace('"', "")
                for line in row[3].splitlines()
                if "CHECK" in line or "FOREIGN" in line or "UNIQUE" in line
            )
            for row in rows
            if row[0] == "table" and "_search" not in row[1]
        }

    assert checks(migrated) == {
        name: lines for name, lines in checks(created).items() if "sqlite" not in name
    }


def test_a_database_with_data_is_brought_up_and_asks_to_be_loaded_again(
    tmp_path: Path, dataset: Dataset
) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    engine = make_engine(url)
    with engine.connect() as connection:
        command.upgrade(config(connection), "0ecc284a6589")
        connection.exec_driver_sql(
            "INSERT INTO entity (id, kind, slug, name, name_key, search_text) "
            "VALUES (1, 'place', 'omsk', 'Омск', 'омск', 'омск')"
        )
        connection.exec_driver_sql(
            "INSERT INTO place (id, name_key, text_order) VALUES (1, 'омск', 'x')"
        )
        connection.exec_driver_sql(
            "INSERT INTO revision (id, content_hash, loaded_at) VALUES (1, 'x', '2020-01-01')"
        )
        connection.commit()
        command.upgrade(config(connection), "head")
        assert connection.exec_driver_sql("SELECT name FROM entity").scalar_one() == "Омск"
        assert connection.exec_driver_sql("SELECT count(*) FROM revision").scalar_one() == 0
    engine.dispose()
    assert load(dataset.rows(), url)


def test_there_is_one_head() -> None:
    script = ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml"))
    assert len(script.get_heads()) == 1


def test_the_database_file_lets_readers_go_on_while_a_load_writes(empty_database: Path) -> None:
    with sqlite3.connect(empty_database) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_alembic_stands_in_pyproject_alone() -> None:
    assert not (ROOT / "alembic.ini").exists()
    assert "[tool.alembic]" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "migrations" / "versions").glob("*.py")))
def test_a_migration_needs_nothing_of_the_application(path: Path) -> None:
    source = path.read_text()
    assert "import app" not in source
    assert "from app" not in source
