"""The application, built from its settings; nothing opens at import."""

from asyncio import Semaphore
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__, archive, pages
from app.api import ROUTERS
from app.db.database import Database
from app.http.problems import Problem, add_problem_handlers
from app.http.routing import Route
from app.middleware.access_log import AccessLogMiddleware, access_log
from app.middleware.finalize import FinalizeMiddleware
from app.middleware.limits import LimitsMiddleware
from app.middleware.methods import HeadMiddleware, OptionsMiddleware
from app.middleware.metrics import Metrics
from app.middleware.response_cache import ResponseCache
from app.middleware.server_errors import ServerErrorsMiddleware
from app.settings import Settings, Tuning, get_settings
from app.system import docs, health, openapi, problem_pages

MIDDLEWARE = (
    HeadMiddleware,
    FinalizeMiddleware,
    LimitsMiddleware,
    OptionsMiddleware,
    ServerErrorsMiddleware,
)
"""The layers around the routes, the outermost first; the access log and the cache are outside."""


class Application(FastAPI):
    """FastAPI behind ``front``: the access log and the cache, which answers hits by itself."""

    front: ASGIApp
    cache: ResponseCache | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        await self.front(scope, receive, send)

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request that has passed the front."""
        await super().__call__(scope, receive, send)


def create_app(settings: Settings | None = None, tuning: Tuning | None = None) -> Application:
    """Build the application; it opens the database when it starts and closes it when it stops."""
    settings = settings or get_settings()
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
        lifespan=_lifespan(settings, tuning or Tuning()),
    )
    app.state.metrics = Metrics() if settings.metrics else None
    app.state.base_url = settings.base_url
    app.state.problem_page = pages.problem_page
    _add_routes(app)
    for middleware in reversed(MIDDLEWARE):
        app.add_middleware(middleware)
    add_problem_handlers(app)
    if settings.cache_entries:
        app.cache = ResponseCache(
            app.respond,
            _negotiated_formats(),
            max_entries=settings.cache_entries,
            max_bytes=settings.cache_bytes,
        )
    app.front = AccessLogMiddleware(app.cache or app.respond, app.state.metrics, app.cache)
    openapi.describe(app)
    return app


def _lifespan(
    settings: Settings, tuning: Tuning
) -> Callable[[Application], AbstractAsyncContextManager[None]]:
    """Return the lifespan of the application: its database and its access log."""

    @asynccontextmanager
    async def lifespan(app: Application) -> AsyncIterator[None]:
        app.state.database = Database(settings.database_url, settings.statement_timeout, tuning)
        threads = app.state.database.threads
        current_default_thread_limiter().total_tokens = threads
        app.state.searches = Semaphore(threads // 2)
        if app.cache is not None:
            app.cache.current_revision = app.state.database.revision
        _build_routes(app)
        with access_log(on=settings.access_log):
            yield
        app.state.database.close()

    return lifespan


def _add_routes(app: Application) -> None:
    api = (*ROUTERS, archive.router, docs.router, health.router, problem_pages.router)
    for router in (*api, *pages.ROUTERS):
        app.include_router(router)


def _build_routes(app: Application) -> None:
    """Build FastAPI's effective routes before the first request, by matching each once.

    FastAPI builds them lazily without a lock, which can fail while another thread generates the
    OpenAPI document.
    """
    scope = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []}
    for route in app.router.routes:
        route.matches(scope)


def _negotiated_formats() -> dict[str, tuple[str, ...]]:
    """Return the formats of every path whose responses vary by ``Accept``."""
    routes = [route for router in (*ROUTERS, archive.router) for route in router.routes]
    negotiating = [route for route in routes if isinstance(route, Route) and len(route.formats) > 1]
    for route in negotiating:
        if route.param_convertors:
            raise ValueError(f"{route.path} has parameters, so the cache can't find its formats")
    return {route.path: route.formats for route in negotiating}
