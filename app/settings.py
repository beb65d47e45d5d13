"""Settings: the values that differ between installations, read from the environment."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError

from app.command import OperatorError

# Every other driver is missing, or asynchronous.
_DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}
_PORTS = range(1, 65536)
_MAX_SECONDS = 86_400
"""A day: PostgreSQL's timeouts end at 24 days, and one that never ends is none."""
_MAX_SHOWN = 100


def _check_url(text: str) -> str:
    """Return the URL of a database, with the driver that is installed.

    No message quotes a part of a wrong one: it may be a part of the password.
    """
    scheme, _, rest = text.partition("://")
    if scheme in {"postgres", "postgresql"}:
        text = f"postgresql+psycopg://{rest}"
    try:
        url = make_url(text)
        is_valid = (
            url.drivername in _DRIVERS
            and (url.port is None or url.port in _PORTS)
            # Of a password, these would be the rest after a character that must be encoded.
            and not (url.host and "@" in f"{url.host}{url.database}")
        )
        if is_valid:
            # It connects later, but checks the types of the driver's parameters.
            create_engine(url)
    except (ArgumentError, ValueError):
        is_valid = False
    if not is_valid:
        raise PydanticCustomError(
            "url",
            "Input should be sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME, "
            "percent-encoded, with a port from 1 to 65535",
        )
    if url.get_backend_name() == "sqlite":
        _check_file(url.database or "")
    return text


def _check_file(name: str) -> None:
    """Check that a file can be where SQLite's should be, since SQLite doesn't say what is wrong."""
    if name in {"", ":memory:"} or name.startswith("file:"):
        message = "Input should be sqlite:///FILE, not a database in memory"
        raise PydanticCustomError("file", message)
    path = Path(name).absolute()
    if not _is_folder(path.parent):
        message = f"There is no folder {path.parent}, or it can't be entered"
        raise PydanticCustomError("file", message)
    if _is_folder(path):
        raise PydanticCustomError("file", f"{path} is a folder and no file")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


class Settings(BaseSettings):
    """Settings of one process, each from the environment variable with its name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: Annotated[str, AfterValidator(_check_url)] = Field(
        default="sqlite:///pobratim.db", description="SQLAlchemy URL of the database."
    )
    host: str = Field(default="127.0.0.1", description="Address to serve on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to serve on.")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#@]+)?$",
        description="Address by which others reach the API, without a path.",
    )
    statement_timeout: float = Field(
        default=5.0,
        gt=0,
        le=_MAX_SECONDS,
        description="Seconds after which a response's statements are cancelled.",
    )
    stream_timeout: float = Field(
        default=30.0,
        gt=0,
        le=_MAX_SECONDS,
        description="Seconds after which a client that takes nothing is disconnected.",
    )
    cache_entries: int = Field(
        default=4096,
        ge=0,
        description="The largest number of cached responses; 0 turns the cache off.",
    )
    cache_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1, description="The largest size of the cache in bytes."
    )
    access_log: bool = Field(
        default=True, description="Write a JSON line to standard output for every request."
    )
    metrics: bool = Field(default=False, description="Serve Prometheus metrics at /metrics.")

    @property
    def base_url(self) -> str:
        """The address to which the paths in responses are relative."""
        return self.public_url or http_url(self.host, self.port)


def http_url(host: str, port: int) -> str:
    """Return the URL of an address; one of IPv6 stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True)
class Tuning:
    """Sizes and times that only tests vary.

    ``export_rows`` is the number of records that an export reads at a time. ``revision_ttl`` is the
    time in seconds until SQLite is polled again: a system call for each response would cost as much
    as sending it.
    """

    export_rows: int = 500
    revision_ttl: float = 0.002


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process's environment; raise OperatorError for a wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        raise OperatorError("; ".join(map(_describe, error.errors()))) from None


def _describe(error: ErrorDetails) -> str:
    """Return what a setting is and what it may be, without the rest of a URL."""
    name = str(error["loc"][0])
    value = str(error["input"])
    if name == "database_url":
        value = re.sub(r"^([\w+.-]*(?:://)?).*", r"\1…", value, flags=re.DOTALL)
    if len(value) > _MAX_SHOWN:
        value = value[: _MAX_SHOWN - 1] + "…"
    description = (Settings.model_fields[name].description or "").rstrip(".")
    return f"{name.upper()} is {value!r}: {error['msg']} ({description})"
