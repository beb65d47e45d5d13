"""Routing: the parameters of a request parsed into the arguments of an endpoint.

FastAPI only documents the endpoints from their signatures. Its own parsing extracts each of a
list's twenty parameters separately, which takes longer than the database.
"""

from collections import Counter
from collections.abc import Callable, Collection
from contextlib import nullcontext
from typing import Any, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, APIRouter
from pydantic import BaseModel, ValidationError
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from app.exceptions import InvalidRequestError, invalid_parameter
from app.http.context import RequestContext
from app.http.negotiation import MEDIA_TYPES

_SLOW = {"q", "not_q", "facet"}
"""The parameters of searches and facets."""


class Route(APIRoute):
    """A route whose endpoint takes path parameters, one query model, the request or its context.

    A parameter that is missing from the query model, or is repeated though it takes one value,
    raises InvalidRequestError; a value that the model rejects raises RequestValidationError.
    """

    formats: tuple[str, ...]
    """The formats that the route negotiates, the default first: those its 200 documents."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._parameters = {
            name: hint for name, hint in get_type_hints(endpoint).items() if name != "return"
        }
        models = [hint for hint in self._parameters.values() if issubclass(hint, BaseModel)]
        for model in models:
            # Those of lists defer it to their first use, which would delay a request.
            model.model_rebuild()
        self._is_repeatable = {
            name: get_origin(field.annotation) is list
            for model in models
            for name, field in model.model_fields.items()
        }
        documented = self.responses.get(200, {}).get("content", {})
        names = {media_type.partition(";")[0]: name for name, media_type in MEDIA_TYPES.items()}
        self.formats = ("json", *(names[each] for each in documented if each in names))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request for this path.

        Slow requests wait for one of the ``searches`` of the application, which are half of its
        threads: they take up to a second, and all others a few milliseconds.
        """
        if scope["method"] != "GET":
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive, send)
        is_slow = self.is_slow(request.query_params)
        async with request.app.state.searches if is_slow else nullcontext():
            response: Response = await run_in_threadpool(self._call, request)
        await response(scope, receive, send)

    def is_slow(self, parameters: Collection[str]) -> bool:
        """Return whether a request with these parameters is a search, or counts facets."""
        return not _SLOW.isdisjoint(parameters)

    def _call(self, request: Request) -> Any:
        sent = request.query_params.multi_items()
        values = self._parse(sent) if sent else {}
        arguments: dict[str, Any] = {}
        for name, hint in self._parameters.items():
            if hint is RequestContext:
                arguments[name] = RequestContext(request)
            elif hint is Request:
                arguments[name] = request
            elif issubclass(hint, BaseModel):
                arguments[name] = _validated(hint, values)
            else:
                arguments[name] = request.path_params[name]
        return self.endpoint(**arguments)

    def _parse(self, sent: list[tuple[str, str]]) -> dict[str, Any]:
        """Return the query's values by name, those of a repeatable parameter as a list."""
        is_repeatable = self._is_repeatable
        values: dict[str, Any] = {}
        for name, value in sent:
            if name not in is_repeatable or (name in values and not is_repeatable[name]):
                raise self._reject(sent)
            if is_repeatable[name]:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    def _reject(self, sent: list[tuple[str, str]]) -> InvalidRequestError:
        """Return the error that lists every unknown or wrongly repeated parameter."""
        counts = Counter(name for name, _ in sent)
        names = ", ".join(self._is_repeatable)
        errors = []
        for name, value in sent:
            if name not in self._is_repeatable:
                allowed = f"One of: {names}" if names else "No parameters"
            elif counts[name] > 1 and not self._is_repeatable[name]:
                allowed = f"{name} once"
            else:
                continue
            errors.append(invalid_parameter(f"query.{name}", value, allowed))
        return InvalidRequestError(*errors)


class Router(APIRouter):
    """A router of ``Route`` that rejects every path outside of its prefix by one comparison.

    FastAPI matches the regular expressions of all routes in turn, which took as long as the
    database. Of a prefix, the part before its first parameter is compared.
    """

    def __init__(
        self,
        prefix: str,
        tag: str = "",
        *,
        include_in_schema: bool = True,
        route_class: type[Route] = Route,
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=[tag] if tag else [],
            route_class=route_class,
            include_in_schema=include_in_schema,
        )
        self._literal_prefix = prefix.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether one of the routes matches the request."""
        path = scope["path"].removeprefix(scope["root_path"])
        return super().matches(scope) if path.startswith(self._literal_prefix) else (Match.NONE, {})


def _validated(model: type[BaseModel], values: dict[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        errors = [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors) from error
