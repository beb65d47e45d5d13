"""Templates: compiled when the module is imported, and rendered into complete pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from app.domain.vocabulary import KINDS, PREDICATES, SUPPORTS
from app.http.context import RequestContext
from app.middleware.finalize import CSP
from app.pages import words
from app.schemas.refs import page_path

PAGE_CSP = CSP.replace("form-action 'none'", "form-action 'self'")
"""The policy of the API's responses, with forms that lead to pages of ours."""
PAGE_HEADERS = {"Content-Security-Policy": PAGE_CSP, "Content-Language": "ru"}
"""The headers of every page."""


def exact(text: str) -> Markup:
    """Return a text for HTML whose every code point a browser keeps.

    A parser of HTML reads a carriage return as a line feed, unless it is escaped.
    """
    escaped = escape(text)
    return Markup("&#13;").join(escaped.split("\r")) if "\r" in text else escaped


def page_of(ref: Mapping[str, Any]) -> str:
    """Return the path of the page of a ``Ref``."""
    return page_path(ref["href"])


def fact_url(fact: Mapping[str, Any], evidence: Mapping[str, Any] | None = None) -> str:
    """Return the address at which a document shows a fact: its first span, or another one.

    The first one decides which part of a long document is shown, unless the address names another.
    """
    first = fact["evidence"][0]
    span = evidence or first
    is_first = span == first or span["document"] != first["document"]
    at = "" if is_first else f"&at={span['start']},{span['end']}"
    return f"{page_of(span['document'])}?fact={fact['id']}{at}#c{span['start']}"


def link(path: str, parameters: Mapping[str, Any] | None = None) -> str:
    """Return a path with a query string; parameters without a value are left out."""
    sent = {name: value for name, value in (parameters or {}).items() if value not in (None, [])}
    query = urlencode(sent, doseq=True)
    return f"{quote(path)}?{query}" if query else quote(path)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "exact": exact,
        "fact_url": fact_url,
        "page": page_of,
        "number": words.number,
    }
    environment.globals |= {
        "count": words.count,
        "kinds": KINDS,
        "link": link,
        "predicates": PREDICATES,
        "supports": SUPPORTS,
        "words": words,
    }
    return environment


_ENVIRONMENT = _environment()
_TEMPLATES: dict[str, Template] = {
    name: _ENVIRONMENT.get_template(name) for name in _ENVIRONMENT.list_templates()
}


def render(template: str, **values: Any) -> str:
    """Return a page as HTML; a value that the template lacks raises UndefinedError."""
    return _TEMPLATES[template].render(values)


def respond_page(context: RequestContext, template: str, **values: Any) -> Response:
    """Return the response with a page, as ``render`` makes it."""
    context.headers |= PAGE_HEADERS
    return Response(render(template, **values), media_type="text/html", headers=context.headers)
