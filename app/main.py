"""The application: put together from its settings; nothing opens at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__, archive, docs, openapi, operations, problems
from app.api import (
    agreements,
    annotations,
    companies,
    context,
    documents,
    events,
    facts,
    graph,
    officials,
    organizations,
    people,
    places,
    quotations,
    search,
)
from app.cache import Cache
from app.database import Database
from app.delivery import Delivery
from app.errors import Problem, add_error_handlers
from app.observation import Metrics, Observation, access_log
from app.routing import Direct
from app.settings import Settings, get_settings

RESOURCES = (
    companies,
    officials,
    people,
    organizations,
    places,
    events,
    agreements,
    quotations,
    facts,
    documents,
    annotations,
    search,
    graph,
    context,
    archive,
)


class Application(FastAPI):
    """FastAPI behind ``front``: what is answered from the cache needs nothing of it."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.front(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that has come through the front."""
        await super().__call__(scope, receive, send)


def _prepare(app: FastAPI) -> None:
    """Let FastAPI make of the routes what it would make when the first request comes.

    It does so without a lock: while a thread makes the OpenAPI document, that can fail.
    """
    scope = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []}
    for route in app.router.routes:
        route.matches(scope)


def create_app(settings: Settings | None = None) -> Application:
    """Build the application; it opens the database when it starts and closes it when it stops."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = Database(
            settings.database_url, settings.statement_timeout, settings.stream_timeout
        )
        if cache is not None:
            cache.current = app.state.database.revision
        _prepare(app)
        with access_log(on=settings.access_log):
            yield
        app.state.database.close()

    app = Application(
        title=openapi.TITLE,
        summary=openapi.SUMMARY,
        description=openapi.DESCRIPTION,
        version=__version__,
        openapi_tags=openapi.TAGS,
        contact={"name": "Pobratim"},
        servers=[{"url": "/", "description": openapi.SERVER, "x-internal": False}],
        # FastAPI drops its own 422 only where one is documented; openapi.describe writes ours.
        responses={"4XX": {"model": Problem}},
        license_info={"name": "MIT", "identifier": "MIT"},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    app.state.metrics = Metrics() if settings.metrics else None
    add_error_handlers(app)
    app.add_middleware(Delivery)
    cache = None
    if settings.cache_entries:
        cache = Cache(app.answer, entries=settings.cache_entries, size=settings.cache_bytes)
    app.front = Observation(cache or app.answer, metrics=app.state.metrics, cache=cache)
    for resource in RESOURCES:
        app.include_router(resource.router)
    ours = [route for resource in RESOURCES for route in resource.router.routes]
    app.router.middleware_stack = Direct(ours, app.router.middleware_stack)
    for router in (docs.router, operations.router, problems.router):
        app.include_router(router)
    openapi.describe(app)
    return app
