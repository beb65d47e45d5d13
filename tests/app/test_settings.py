"""Settings: wrong values are one line that names them, and never a part of a password."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.command import OperatorError
from app.settings import Settings, get_settings

POSTGRESQL = "postgresql+psycopg://u:p%40ss@h:5432/name?connect_timeout=3"
PASSWORD = "hunter2hunter2"  # noqa: S105


def error_of(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Return the error of an environment with these variables, which must be one line."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with pytest.raises(OperatorError) as raised:
        get_settings()
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_is_psycopg_3(scheme: str) -> None:
    url = POSTGRESQL.replace("postgresql+psycopg", scheme)
    assert Settings(database_url=url).database_url == POSTGRESQL


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"mysql://u:{PASSWORD}@h/name", "mysql://…"),
        (f"postgresql+asyncpg://u:{PASSWORD}@h/name", "postgresql+asyncpg://…"),
        (f"postgresql+psycopg_async://u:{PASSWORD}@h/name", "postgresql+psycopg_async://…"),
        (f"postgresql+psycopg2://u:{PASSWORD}@h/name", "postgresql+psycopg2://…"),
        (f"postgresql+psycopg://u:{PASSWORD}@h:abc/name", "postgresql+psycopg://…"),
        (f"postgresql://u:{PASSWORD}@h:99999/name", "postgresql://…"),
        (f"postgresql://u:x@{PASSWORD}@h/name", "postgresql://…"),
        (f"postgresql://u:x@y/{PASSWORD}@h/name", "postgresql://…"),
        (f"host=h password={PASSWORD}", "host…"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite://…"),
        ("sqlite:///x.db?timeout=soon", "sqlite://…"),
        ("pobratim.db", "pobratim.db…"),
        (" ", "…"),
    ],
)
def test_a_url_of_another_form_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, shown: str
) -> None:
    error = error_of(monkeypatch, DATABASE_URL=url)
    assert error.startswith(f"DATABASE_URL is '{shown}': Input should be sqlite:///FILE or ")
    assert PASSWORD not in error


@given(
    prefix=st.sampled_from(
        ["", "postgres://", "postgresql+psycopg://u:", "mysql://", "sqlite:///"]
    ),
    before=st.text(max_size=5),
    after=st.text(max_size=5),
    rest=st.sampled_from(["", "@h/name", ":5/x", "@h:abc/x"]),
)
def test_no_error_quotes_a_password(prefix: str, before: str, after: str, rest: str) -> None:
    url = f"{prefix}{before}:{PASSWORD}{after}{rest}"
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("os.environ", {"DATABASE_URL": url})
        get_settings.cache_clear()
        try:
            get_settings()
        except OperatorError as error:
            if not prefix.startswith("sqlite"):
                assert PASSWORD not in str(error)  # noqa: PT017
    get_settings.cache_clear()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_a_database_in_memory_is_rejected(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert "not a database in memory" in error_of(monkeypatch, DATABASE_URL=url)


def test_a_file_that_cannot_be_there_is_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    error = error_of(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path}/none/x.db")
    assert f"There is no folder {tmp_path}/none" in error
    assert f"{tmp_path} is a folder" in error_of(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path}")
    Settings(database_url=f"sqlite:///{tmp_path}/not-there-yet.db")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "abc", "valid integer"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("CACHE_BYTES", "64MB", "valid integer"),
        ("METRICS", "maybe", "valid boolean"),
        ("STATEMENT_TIMEOUT", "0", "greater than 0"),
        ("CACHE_ENTRIES", "1\n" * 200, "valid integer"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    error = error_of(monkeypatch, **{name: value})
    assert error.startswith(f"{name} is {value[:50]!r}"[:50])
    assert allowed in error
    assert len(error) < 500


@pytest.mark.parametrize("name", ["statement_timeout", "stream_timeout"])
@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300])
def test_a_timeout_is_finite(name: str, value: float) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: value})


def test_several_wrong_values_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    error = error_of(monkeypatch, PORT="abc", CACHE_BYTES="-1")
    assert "PORT" in error
    assert "CACHE_BYTES" in error
