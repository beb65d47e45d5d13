"""Small things that several tests use."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

LISTS = (
    "/v1/companies",
    "/v1/officials",
    "/v1/people",
    "/v1/organizations",
    "/v1/places",
    "/v1/events",
    "/v1/agreements",
    "/v1/quotations",
    "/v1/documents",
    "/v1/facts",
)
WITH_FACTS = tuple(path for path in LISTS if path not in {"/v1/documents", "/v1/facts"})


class StatementCounter:
    """Collects the SQL statements that an engine runs."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Keep one statement, as an event listener."""
        if statement != "BEGIN":
            self.seen.append(statement)
