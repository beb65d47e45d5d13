"""JSON: the type of plain data, and the compact text of responses and rendered items."""

from typing import Any

from pydantic_core import to_json

Json = dict[str, Any]


def to_json_text(data: object) -> str:
    """Return plain data as compact JSON text."""
    return to_json(data).decode()
