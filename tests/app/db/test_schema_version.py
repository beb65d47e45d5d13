"""The schema's version: a database of another one is one line that says what to do."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.db.engine import make_engine
from app.db.schema_version import FOREIGN, MIGRATIONS, NOT_MIGRATED, schema_error
from app.main import create_app
from app.settings import Settings, get_settings
from seed.__main__ import main
from tests.databases import Databases, migrate
from tests.helpers import ROOT

CONFIG = Config(toml_file=ROOT / "pyproject.toml")
# The last of the seven migrations that were replaced
OLDER = "UPDATE alembic_version SET version_num = '6e0d93b81fa7'"
UNVERSIONED = "DROP TABLE alembic_version"


def execute(url: str, statement: str) -> None:
    engine = make_engine(url, writing=True)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def error_of(url: str) -> str | None:
    engine = make_engine(url)
    with engine.connect() as connection:
        error = schema_error(connection)
    engine.dispose()
    return error


@pytest.fixture(params=[OLDER, UNVERSIONED], ids=["older", "unversioned"])
def foreign_url(
    request: pytest.FixtureRequest, own_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Yield the URL of a database of another schema, which is that of the settings, too."""
    execute(own_url, request.param)
    monkeypatch.setenv("DATABASE_URL", own_url)
    get_settings.cache_clear()
    yield own_url
    get_settings.cache_clear()


def test_the_migrations_are_those_of_the_folder() -> None:
    newest_first = ScriptDirectory.from_config(CONFIG).walk_revisions()
    assert [each.revision for each in newest_first][::-1] == list(MIGRATIONS)


def test_a_migrated_database_has_no_error(fresh_url: str) -> None:
    assert error_of(fresh_url) is None


def test_a_database_without_tables_is_to_be_migrated(
    databases: Databases, fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert error_of(databases.bare()) == NOT_MIGRATED
    monkeypatch.setenv("DATABASE_URL", fresh_url)
    get_settings.cache_clear()
    command.downgrade(CONFIG, "base")
    get_settings.cache_clear()
    assert error_of(fresh_url) == NOT_MIGRATED


def test_a_foreign_database_is_not_migrated(foreign_url: str) -> None:
    with pytest.raises(SystemExit) as raised:
        migrate(foreign_url)
    assert raised.value.code == FOREIGN
    assert error_of(foreign_url) == FOREIGN


@pytest.mark.parametrize("arguments", [[], ["verify"]], ids=["load", "verify"])
def test_the_seed_reports_a_foreign_database(
    foreign_url: str, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.removeprefix("Nothing was loaded. ") == f"{FOREIGN}\n"


def test_a_server_over_a_foreign_database_is_not_ready(foreign_url: str) -> None:
    with TestClient(create_app(Settings(database_url=foreign_url))) as client:
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == FOREIGN
    assert "\n" not in FOREIGN
