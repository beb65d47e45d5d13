"""The docs page: Swagger UI from a package and three local files, without any other host."""

from functools import lru_cache
from importlib import resources

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.exceptions import NotFoundError

router = APIRouter(include_in_schema=False)

_SWAGGER_UI = "fastapi_swagger.resources"
_ASSETS = {
    "pobratim.js": (__name__, "pobratim.js", "text/javascript"),
    "pobratim.css": (__name__, "pobratim.css", "text/css"),
    "swagger-ui-bundle.js": (_SWAGGER_UI, "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (_SWAGGER_UI, "swagger-ui.css", "text/css"),
    "favicon.png": (_SWAGGER_UI, "favicon-32x32.png", "image/png"),
}
"""The assets of the page by name: package, file and media type."""


@lru_cache
def _read(package: str, name: str) -> bytes:
    return resources.files(package).joinpath(name).read_bytes()


@router.get("/docs")
def get_docs() -> HTMLResponse:
    """Serve the docs page."""
    return HTMLResponse(_read(__name__, "index.html"))


@router.get("/docs/{name}")
def get_asset(name: str) -> Response:
    """Serve one asset of the docs page."""
    if name not in _ASSETS:
        raise NotFoundError(f"The docs page has no «{name}».")
    package, file, media_type = _ASSETS[name]
    return Response(_read(package, file), media_type=media_type)
