"""Errors: plain exceptions, one table to statuses, and RFC 9457 problem+json for all of them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import TooBusyError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY = {"Retry-After": "5"}
_SENT_LENGTH = 100
_ERRORS = 20


class InvalidParameter(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="The part of the request.", examples=["query.limit"])
    sent: str = Field(description="What was sent, shortened.", examples=["0"])
    allowed: str = Field(
        description="What is allowed there.",
        examples=["Input should be greater than or equal to 1"],
    )


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


class NotFoundError(Exception):
    """What was asked for isn't in the dataset."""


class InvalidRequestError(Exception):
    """The request breaks the contract; ``errors`` tells where."""

    def __init__(self, *errors: InvalidParameter) -> None:
        super().__init__("The request has parameters that aren't allowed.")
        self.errors = errors


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
) -> JSONResponse:
    """Build the answer for one error."""
    scope = request.scope if isinstance(request, Request) else request
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "instance": quote(scope.get("path", "/"), safe="/", errors="replace"),
    }
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        body["request_id"] = scope.get("state", {}).get("request_id")
    if errors:
        body["errors"] = [error.model_dump() for error in errors[:_ERRORS]]
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def invalid_parameter(where: str, sent: object, allowed: str) -> InvalidParameter:
    """Describe one wrong thing; what was sent is shortened."""
    return InvalidParameter(where=_shorten(where), sent=_shorten(str(sent)), allowed=allowed)


def _shorten(text: str) -> str:
    return text if len(text) <= _SENT_LENGTH else text[: _SENT_LENGTH - 1] + "…"


def _from_pydantic(errors: Iterable[Mapping[str, Any]]) -> list[InvalidParameter]:
    """Describe what Pydantic found, once for each parameter or value of it."""
    found: dict[str, InvalidParameter] = {}
    for error in errors:
        # Behind the name, only a repeated value's number is the client's; the rest is Pydantic's.
        place = [part for at, part in enumerate(error["loc"]) if at < 2 or isinstance(part, int)]
        where = ".".join(map(str, place))
        allowed = str(error["msg"]).removeprefix("Value error, ")
        if error["type"] == "string_pattern_mismatch" and "[a-z0-9]" in error["ctx"]["pattern"]:
            allowed = "An id in Latin letters, such as omsk; /v1/search?q= finds it by its name"
        sent = "" if error["type"] == "missing" else error["input"]
        found.setdefault(where, invalid_parameter(where, sent, allowed))
    return list(found.values())


async def _answer(request: Request, error: Exception) -> JSONResponse:
    status, kind = next(answer for cause, answer in _STATUSES.items() if isinstance(error, cause))
    match error:
        case InvalidRequestError():
            return problem(request, status, kind, str(error), error.errors)
        case RequestValidationError():
            errors = _from_pydantic(error.errors())
            return problem(request, status, kind, str(InvalidRequestError()), errors)
        case DatabaseError():
            # Trouble of operation is told in a line; damage, or a mistake of ours, with its place.
            trace = None if isinstance(error, OperationalError) else error
            logger.error("the database can't answer: %s", error.orig, exc_info=trace)
            detail = "The database can't answer just now."
            return problem(request, status, kind, detail, headers=_RETRY)
        case NoConnectionError() | TooBusyError():
            detail = "Too many answers are being made at once; try again in a moment."
            return problem(request, status, kind, detail, headers=_RETRY)
        case _:
            return problem(request, status, kind, str(error))


async def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class alone)
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    detail = {
        404: "There is nothing at this path; /docs lists what there is.",
        405: f"{request.method} is not allowed here; the header Allow tells what is.",
    }.get(error.status_code, error.detail)
    return problem(request, error.status_code, kind, detail, headers=error.headers)


class UnexpectedErrors:
    """ASGI middleware: an error nobody foresaw is logged and answered as a bare 500 problem.

    FastAPI's own handler for ``Exception`` runs outside of all other middleware, and raises again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            request_id = scope.get("state", {}).get("request_id")
            logger.exception("unexpected error at %s, request %s", scope["path"], request_id)
            detail = "Something went wrong on our side; it has been logged."
            answer = problem(scope, 500, "internal-server-error", detail)
            await answer(scope, receive, send)


def add_error_handlers(app: FastAPI) -> None:
    """Make every error of ``app`` a problem+json answer."""
    for cause in _STATUSES:
        app.add_exception_handler(cause, _answer)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_middleware(UnexpectedErrors)
