"""The values that modules exchange through an ASGI scope.

No other module names their keys. All live in the scope's ``state``, which every layer shares.
"""

from typing import Any

from starlette.types import Scope

_STATE = "state"
_REQUEST_ID = "request_id"
_REVISION = "revision"
_IS_HEAD = "is_head"
_FULL_RESPONSE = "full_response"


def get_request_id(scope: Scope) -> str | None:
    """Return the request's id, None outside of the access log's middleware."""
    found: str | None = _get(scope, _REQUEST_ID)
    return found


def set_request_id(scope: Scope, value: str) -> None:
    """Store the request's id."""
    _set(scope, _REQUEST_ID, value)


def get_revision(scope: Scope) -> str | None:
    """Return the revision of the response's data, None for a response without data."""
    found: str | None = _get(scope, _REVISION)
    return found


def set_revision(scope: Scope, value: str) -> None:
    """Store the revision of the data in the response."""
    _set(scope, _REVISION, value)


def is_head(scope: Scope) -> bool:
    """Return whether the client sent HEAD, although the scope's method is GET."""
    return _get(scope, _IS_HEAD) is True


def set_head(scope: Scope) -> None:
    """Mark the request as a HEAD that is processed as a GET."""
    _set(scope, _IS_HEAD, value=True)


def wants_full_response(scope: Scope) -> bool:
    """Return whether an outer layer needs the whole 200, so that a 304 isn't enough."""
    return _get(scope, _FULL_RESPONSE) is True


def request_full_response(scope: Scope) -> None:
    """Request the whole 200 even where the client's copy is fresh."""
    _set(scope, _FULL_RESPONSE, value=True)


def _get(scope: Scope, name: str) -> Any:
    return scope.get(_STATE, {}).get(name)


def _set(scope: Scope, name: str, value: Any) -> None:
    scope.setdefault(_STATE, {})[name] = value
