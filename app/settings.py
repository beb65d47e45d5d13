"""Settings: the values that differ between installations, read from the environment."""

from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one process, each from the environment variable with its name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///pobratim.db", description="SQLAlchemy URL of the database."
    )
    host: str = Field(default="127.0.0.1", description="Address to serve on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to serve on.")
    statement_timeout: float = Field(
        default=5.0, gt=0, description="Seconds after which a response's statements are cancelled."
    )
    stream_timeout: float = Field(
        default=30.0,
        gt=0,
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
    """Return the settings of this process's environment."""
    return Settings()
