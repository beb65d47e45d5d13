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


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process's environment."""
    return Settings()
