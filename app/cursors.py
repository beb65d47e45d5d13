"""Cursors: where a page ended, as an opaque text bound to the list, its filters and its order."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from app.errors import InvalidRequestError, invalid_parameter
from app.queries import PageQuery

# What may differ between the pages of one walk.
_FREE = {"cursor", "limit", "include", "fields", "facet", "format"}


def seal(path: str, query: PageQuery) -> str:
    """Return what ties a cursor to this list, its filters and its order."""
    asked = query.model_dump(mode="json", exclude=_FREE)
    text = json.dumps([path, asked], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(sealed: str, place: Sequence[Any]) -> str:
    """Return the cursor for a place: the sort key's parts of the last record."""
    token = json.dumps([sealed, *place], ensure_ascii=False)
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def read(query: PageQuery, sealed: str, types: Sequence[type]) -> list[Any] | None:
    """Return the place that the query's cursor tells, of parts of these types, None without one.

    Raises InvalidRequestError where it is no cursor of this list with these filters.
    """
    if query.cursor is None:
        return None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        found, *place = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        found, place = None, []
    if found != sealed or len(place) != len(types) or not all(map(_is_sortable, place, types)):
        raise InvalidRequestError(
            invalid_parameter(
                "query.cursor",
                query.cursor,
                "The cursor of a page's `next`, with that page's filters and order",
            )
        )
    return list(place)


def _is_sortable(value: object, expected: type) -> bool:
    """Tell whether a database can compare a column of the ``expected`` type with this value."""
    if type(value) is not expected:
        return False
    if isinstance(value, int):
        return 0 <= value < 1 << 63
    text = str(value)
    return not any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in text)


def url(path: str, query: PageQuery, cursor: str | None) -> str:
    """Return path and query of the same question from another place on."""
    asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
    if cursor is not None:
        asked["cursor"] = cursor
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path
