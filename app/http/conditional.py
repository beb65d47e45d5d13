"""Conditional requests (RFC 9110, 13): the freshness of the client's copy of a response."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from starlette.datastructures import Headers

_APP = Path(__file__).parent.parent

CODE_MODIFIED_AT = datetime.fromtimestamp(
    max(
        path.stat().st_mtime
        for ending in ("py", "toml", "html", "css", "js", "svg")
        for path in _APP.rglob(f"*.{ending}")
    ),
    UTC,
)
"""The last change of code, vocabulary or pages, the earliest ``Last-Modified`` of any response."""


def is_not_modified(request: Headers, response: Headers) -> bool:
    """Return whether the client's copy of the response with these headers is fresh."""
    known = ",".join(request.getlist("if-none-match"))
    if known:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or response["ETag"].removeprefix("W/") in tags
    since = request.get("if-modified-since")
    return since is not None and _not_after(response["Last-Modified"], since)


def _not_after(modified: str, since: str) -> bool:
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (OverflowError, TypeError, ValueError):
        return False
