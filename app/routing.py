"""Routing: how the parameters of a request become the arguments of an endpoint, in few steps.

FastAPI documents the endpoints from their signatures and could call them as well. But it looks at
each of a list's twenty parameters by itself, for longer than the database needs for the answer.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import InvalidRequestError, invalid_parameter
from app.reader import Reader


class Route(APIRoute):
    """A route whose endpoint takes a path's parts, one query model, the request or its reader.

    A parameter that is not in the query model, or is sent twice though it takes one value, is an
    InvalidRequestError; what the model refuses is a RequestValidationError.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._takes = {
            name: hint for name, hint in get_type_hints(endpoint).items() if name != "return"
        }
        models = [hint for hint in self._takes.values() if issubclass(hint, BaseModel)]
        self._fields = {
            name: get_origin(field.annotation) is list
            for model in models
            for name, field in model.model_fields.items()
        }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for this path."""
        if scope["method"] != "GET":
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive, send)
        response: Response = await run_in_threadpool(self._call, request)
        await response(scope, receive, send)

    def _call(self, request: Request) -> Any:
        sent = request.query_params.multi_items()
        values = self._values(sent) if sent else {}
        arguments: dict[str, Any] = {}
        for name, hint in self._takes.items():
            if hint is Reader:
                arguments[name] = Reader(request)
            elif hint is Request:
                arguments[name] = request
            elif issubclass(hint, BaseModel):
                arguments[name] = _validated(hint, values)
            else:
                arguments[name] = request.path_params[name]
        return self.endpoint(**arguments)

    def _values(self, sent: list[tuple[str, str]]) -> dict[str, Any]:
        """Return what was sent, by name; of what can be repeated a list."""
        fields = self._fields
        values: dict[str, Any] = {}
        for name, value in sent:
            if name not in fields or (name in values and not fields[name]):
                raise self._refusal(sent)
            if fields[name]:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    def _refusal(self, sent: list[tuple[str, str]]) -> InvalidRequestError:
        times = Counter(name for name, _ in sent)
        names = ", ".join(self._fields)
        errors = []
        for name, value in sent:
            if name not in self._fields:
                allowed = f"One of: {names}" if names else "No parameters"
            elif times[name] > 1 and not self._fields[name]:
                allowed = f"{name} once"
            else:
                continue
            errors.append(invalid_parameter(f"query.{name}", value, allowed))
        return InvalidRequestError(*errors)


class Direct:
    """ASGI: leads to a route by its path at once; FastAPI would try one after another, twice.

    Of a path with a parameter, that is the third part. What isn't known goes on to FastAPI.
    """

    def __init__(self, routes: Iterable[object], otherwise: ASGIApp) -> None:
        self._routes = {route.path: route for route in routes if isinstance(route, Route)}
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["root_path"]:
            await self._otherwise(scope, receive, send)
            return
        parts = scope["path"].split("/")
        values = {}
        # The name of a parameter can itself be sent as an id.
        if len(parts) > _PARAMETER and parts[_PARAMETER]:
            values = {"id": parts[_PARAMETER]}
            parts[_PARAMETER] = "{id}"
        route = self._routes.get("/".join(parts))
        if route is None:
            await self._otherwise(scope, receive, send)
            return
        scope.update(route=route, endpoint=route.endpoint, path_params=values)
        await route.handle(scope, receive, send)


_PARAMETER = 3


def _validated(model: type[BaseModel], values: dict[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        errors = [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors) from error
