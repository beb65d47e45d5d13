"""Cursors: the sort key of a page's last record, bound to the list, its filters and its order."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from app.exceptions import InvalidRequestError, invalid_parameter
from app.params.queries import PageQuery

# Parameters that may differ between the pages of one list.
UNBOUND_PARAMS = {"cursor", "limit", "include", "fields", "facet", "format"}


class Pagination:
    """The pages of one query at one path; its cursors are valid for no other.

    Cursors are bound to the query's filters and order, or else to the parameters in ``bound``.
    """

    def __init__(self, path: str, query: PageQuery, bound: Mapping[str, Any] | None = None) -> None:
        self._path = path
        self._query = query
        self._bound = bound

    @cached_property
    def _fingerprint(self) -> str:
        bound = self._bound or self._query.model_dump(mode="json", exclude=UNBOUND_PARAMS)
        text = json.dumps([self._path, bound], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def position(self, types: Sequence[type]) -> list[Any] | None:
        """Return the position of the query's cursor, with parts of these types; None without one.

        Raises InvalidRequestError where it is no cursor of this list with these filters.
        """
        if self._query.cursor is None:
            return None
        fingerprint, *position = decode(self._query.cursor)
        valid = len(position) == len(types) and all(map(_is_sortable, position, types))
        if fingerprint != self._fingerprint or not valid:
            raise InvalidRequestError(
                invalid_parameter(
                    "query.cursor",
                    self._query.cursor,
                    "The cursor of a page's `next`, with that page's filters and order",
                )
            )
        return position

    def url(self, position: Sequence[Any] | None = None) -> str:
        """Return path and query string of the page after a position, or of the first page."""
        sent = self._sent({"cursor"})
        if position is not None:
            sent["cursor"] = encode([self._fingerprint, *position])
        return self._url(sent)

    @property
    def unbound_url(self) -> str:
        """Path and query string of the list: its filters and order alone."""
        return self._url(self._sent(UNBOUND_PARAMS))

    def _sent(self, exclude: set[str]) -> dict[str, Any]:
        return self._query.model_dump(mode="json", exclude_defaults=True, exclude=exclude)

    def _url(self, sent: dict[str, Any]) -> str:
        return f"{self._path}?{urlencode(sent, doseq=True)}" if sent else self._path


def encode(parts: Sequence[Any]) -> str:
    """Return the cursor of a fingerprint and a position: the parts of a record's sort key."""
    token = json.dumps(parts, ensure_ascii=False)
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """Return the parts of a cursor; [None] where it is malformed."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        fingerprint, *position = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        return [None]
    return [fingerprint, *position]


def _is_sortable(value: object, expected: type) -> bool:
    """Return whether a database can compare a column of the ``expected`` type with a value."""
    if type(value) is not expected:
        return False
    if isinstance(value, int):
        return 0 <= value < 1 << 63
    text = str(value)
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
