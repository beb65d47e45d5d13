"""Settings: everything that may differ between installations, read from the environment."""

from functools import lru_cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one process; each is the environment variable of its name in capitals."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///pobratim.db", description="SQLAlchemy URL of the database."
    )
    host: str = Field(default="127.0.0.1", description="Address to serve on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to serve on.")
    statement_timeout: float = Field(
        default=5.0, gt=0, description="Seconds after which an answer's statements are given up."
    )
    stream_timeout: float = Field(
        default=30.0, gt=0, description="Seconds that an export waits for a client to take more."
    )
    cache_entries: int = Field(
        default=4096, ge=0, description="The most answers that are kept; 0 keeps none."
    )
    cache_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1, description="The most bytes that they take together."
    )
    access_log: bool = Field(
        default=True, description="Write a JSON line to standard output for every request."
    )
    metrics: bool = Field(default=False, description="Serve Prometheus metrics at /metrics.")


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process's environment."""
    return Settings()
