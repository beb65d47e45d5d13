"""Problems (RFC 9457): the status of every exception, and its response."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.exceptions import (
    InvalidParameter,
    InvalidRequestError,
    NotFoundError,
    TooBusyError,
    invalid_parameter,
)
from app.http.scope import get_request_id

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_LATER = {"Retry-After": "5"}
MAX_TARGET = 16_384
"""The longest path with query that is accepted, in bytes."""
URI_TOO_LONG = (
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "uri-too-long",
    f"The path with its query must be at most {MAX_TARGET:,} bytes.",
)
_MAX_ERRORS = 20

ProblemPage = Callable[[str, dict[str, Any], Mapping[str, str] | None], Response | None]
"""A function of a path, a problem and headers, which returns its page, None outside of the pages.

An application has it as ``state.problem_page``.
"""


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(
        description="A URI reference for this kind of error.", examples=["/problems/not-found"]
    )
    title: str = Field(description="The kind of error in words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404], ge=100, le=599)
    detail: str = Field(
        description="What went wrong this time.", examples=["There is no company «moskva»."]
    )
    instance: str = Field(
        description="The path that was asked for.", examples=["/v1/companies/moskva"]
    )


class InvalidRequestProblem(Problem):
    """A request that can't be answered as it stands; ``errors`` tells each reason."""

    errors: list[InvalidParameter] = Field(description="What is wrong, and what is allowed.")


class ServerErrorProblem(Problem):
    """An error of the server; ``request_id`` finds it in the log."""

    request_id: str = Field(
        description="The request's id, as in the header `X-Request-ID`.",
        examples=["9f86d081884c7d65"],
    )


_STATUSES: dict[type[Exception], tuple[HTTPStatus, str]] = {
    NotFoundError: (HTTPStatus.NOT_FOUND, "not-found"),
    InvalidRequestError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request"),
    RequestValidationError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request"),
    DatabaseError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    NoConnectionError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
    TooBusyError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}


def problem(
    request: Request | Scope,
    status: int,
    kind: str,
    detail: str,
    errors: Sequence[InvalidParameter] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the response for one error: problem+json, or HTML at the path of a page."""
    scope = request.scope if isinstance(request, Request) else request
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "instance": quote(scope.get("path", "/"), safe="/", errors="replace"),
    }
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        body["request_id"] = get_request_id(scope)
    if errors:
        body["errors"] = [error.model_dump() for error in errors[:_MAX_ERRORS]]
    # The protocol rejects some requests before any application gets them.
    state = scope["app"].state if "app" in scope else None
    make_page: ProblemPage | None = getattr(state, "problem_page", None)
    page = make_page(scope.get("path", "/"), body, headers) if make_page else None
    return page or JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Add the handlers that turn every error of ``app`` into a problem."""
    for cause in _STATUSES:
        app.add_exception_handler(cause, _handle)
    app.add_exception_handler(HTTPException, _handle_http)


async def _handle(request: Request, error: Exception) -> Response:
    status, kind = next(found for cause, found in _STATUSES.items() if isinstance(error, cause))
    match error:
        case InvalidRequestError():
            return problem(request, status, kind, str(error), error.errors)
        case RequestValidationError():
            errors = _from_pydantic(error.errors())
            return problem(request, status, kind, str(InvalidRequestError()), errors)
        case DatabaseError():
            # Operational errors are logged in one line; everything else with its traceback.
            trace = None if isinstance(error, OperationalError) else error
            logger.error("the database can't answer: %s", error.orig, exc_info=trace)
            detail = "The database can't answer just now."
            return problem(request, status, kind, detail, headers=RETRY_LATER)
        case NoConnectionError() | TooBusyError():
            detail = "Too many answers are being made at once; try again in a moment."
            return problem(request, status, kind, detail, headers=RETRY_LATER)
        case _:
            return problem(request, status, kind, str(error))


async def _handle_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class alone)
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    detail = {
        404: "There is nothing at this path; /docs lists what there is.",
        405: f"{request.method} is not allowed here; the header Allow tells what is.",
    }.get(error.status_code, error.detail)
    return problem(request, error.status_code, kind, detail, headers=error.headers)


def _from_pydantic(errors: Iterable[Mapping[str, Any]]) -> list[InvalidParameter]:
    """Return Pydantic's errors, at most one for each value."""
    found: dict[str, InvalidParameter] = {}
    for error in errors:
        # Behind the name, only the index of a repeated value comes from the request.
        place = [part for at, part in enumerate(error["loc"]) if at < 2 or isinstance(part, int)]
        where = ".".join(map(str, place))
        allowed = str(error["msg"]).removeprefix("Value error, ")
        if error["type"] == "string_pattern_mismatch" and "[a-z0-9]" in error["ctx"]["pattern"]:
            allowed = "An id in Latin letters, such as omsk; /v1/search?q= finds it by its name"
        sent = "" if error["type"] == "missing" else error["input"]
        found.setdefault(where, invalid_parameter(where, sent, allowed))
    return list(found.values())
