"""The files of the pages: their style, their script and their icon."""

from functools import lru_cache
from importlib import resources

from fastapi import Response

from app.http.routing import Router

router = Router("", include_in_schema=False)


@lru_cache
def _read(name: str) -> bytes:
    return resources.files(__package__).joinpath("static", name).read_bytes()


@router.get("/pages.css")
def get_style() -> Response:
    """Serve the style of all pages."""
    return Response(_read("pages.css"), media_type="text/css")


@router.get("/pages.js")
def get_script() -> Response:
    """Serve the script of the reader, which lights the words of a note."""
    return Response(_read("pages.js"), media_type="text/javascript")


@router.get("/favicon.svg")
def get_icon() -> Response:
    """Serve the icon."""
    return Response(_read("favicon.svg"), media_type="image/svg+xml")
