"""Conditional requests (RFC 9110, 13): whether the client's copy of an answer is still good."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from starlette.datastructures import Headers

CHANGED = datetime.fromtimestamp(
    max(path.stat().st_mtime for path in Path(__file__).parent.rglob("*.py")), UTC
)
"""When the code was last changed: no answer of another version is younger."""


def is_known(asked: Headers, answer: Headers) -> bool:
    """Tell whether the client has the answer with these headers already."""
    known = ",".join(asked.getlist("if-none-match"))
    if known:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or answer["ETag"].removeprefix("W/") in tags
    since = asked.get("if-modified-since")
    return since is not None and _not_after(answer["Last-Modified"], since)


def _not_after(modified: str, since: str) -> bool:
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (OverflowError, TypeError, ValueError):
        return False
