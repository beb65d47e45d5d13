"""The Compose file: it is consistent with the image, the settings and itself."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import yaml
from sqlalchemy import make_url

from app.settings import Settings
from tests.helpers import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
API, DATABASE = COMPOSE["services"]["api"], COMPOSE["services"]["database"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instruction(name: str) -> Any:
    """Return the arguments of a Dockerfile instruction in exec form."""
    found = re.search(rf"^{name}[^\[]*(\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    return json.loads(found[1])


def test_the_environment_variables_are_settings() -> None:
    for name in API["environment"]:
        assert name.lower() in Settings.model_fields
        assert name == name.upper()


def test_the_url_points_to_the_database_service() -> None:
    url = make_url(re.sub(r"\$\{.*?\}", "secret", API["environment"]["DATABASE_URL"]))
    assert url.drivername == "postgresql+psycopg"
    assert url.host in COMPOSE["services"]
    assert url.username == DATABASE["environment"]["POSTGRES_USER"]
    assert url.database == DATABASE["environment"]["POSTGRES_DB"]
    assert url.password == "secret"  # noqa: S105
    # A default password would be public, so the file requires one.
    assert DATABASE["environment"]["POSTGRES_PASSWORD"] in API["environment"]["DATABASE_URL"]
    assert "${POSTGRES_PASSWORD:?" in API["environment"]["DATABASE_URL"]


def test_the_service_runs_the_image_without_overrides() -> None:
    assert API["build"] == "."
    assert not {"command", "entrypoint", "healthcheck", "user"} & API.keys()
    assert "alembic upgrade head && python -m seed && exec python -m app" in instruction("CMD")[-1]
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert port is not None
    assert API["ports"] == [f"{port[1]}:{port[1]}"]
    address = re.search(r"http://[^']+", instruction("HEALTHCHECK")[-1])
    assert address is not None
    assert urlsplit(address[0]).port == int(port[1])
    assert urlsplit(address[0]).path == "/readyz"


def test_the_api_waits_for_a_database_with_a_persistent_volume() -> None:
    assert API["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert re.fullmatch(r"postgres:\d+", DATABASE["image"])
    command, program, *options = DATABASE["healthcheck"]["test"]
    assert (command, program) == ("CMD", "pg_isready")
    arguments = dict(zip(options[::2], options[1::2], strict=True))
    assert arguments["-U"] == DATABASE["environment"]["POSTGRES_USER"]
    assert arguments["-d"] == DATABASE["environment"]["POSTGRES_DB"]
    (volume,) = DATABASE["volumes"]
    name, _, folder = volume.partition(":")
    assert name in COMPOSE["volumes"]
    assert folder == "/var/lib/postgresql"
