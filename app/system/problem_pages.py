"""Problem pages: the page of each kind of error, at the path of its ``type``."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.exceptions import NotFoundError

router = APIRouter(include_in_schema=False)

PROBLEMS = {
    "bad-request": (
        400,
        "The path or the query is not percent-encoded UTF-8. Encode them (curl: "
        "--data-urlencode with -G); a server can't guess what was meant. Or the request is not "
        "HTTP/1.1 at all, or has no header Host, or several.",
    ),
    "not-found": (
        404,
        "There is no such path, or no record with that id. Ids are found in the lists; the paths "
        "are those of the documentation. A path never ends with a slash.",
    ),
    "method-not-allowed": (
        405,
        "The API is read-only: GET, HEAD and OPTIONS. The header Allow repeats it.",
    ),
    "uri-too-long": (414, "Ask for fewer values at once."),
    "invalid-request": (
        422,
        "A parameter is unknown, repeated though it takes one value, or has a value that isn't "
        "allowed. The member errors tells for each where it is, what was sent, and what is "
        "allowed. A cursor goes on only in the list, filters and order that it came from.",
    ),
    "request-header-fields-too-large": (
        431,
        "Send fewer or shorter headers. Cookies are never needed.",
    ),
    "internal-server-error": (
        500,
        "Something went wrong on our side. It has been logged under the id in request_id.",
    ),
    "unavailable": (
        503,
        "The database can't answer just now, a query took longer than it may, or there are too "
        "many exports or connections. Try again later, or ask for less.",
    ),
}
"""Every kind of error: its status, and its remedy."""

_HTML = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<h1>{title}</h1>
<p>HTTP status {status}.</p>
<p>{text}</p>
<p><a href="/docs">The documentation</a></p>
</html>
"""


@router.get("/problems/{kind}")
def get_problem(kind: str) -> HTMLResponse:
    """Explain one kind of error."""
    if kind not in PROBLEMS:
        raise NotFoundError(f"There is no problem «{kind}».")
    status, text = PROBLEMS[kind]
    title = kind.replace("-", " ").capitalize()
    return HTMLResponse(_HTML.format(title=escape(title), status=status, text=escape(text)))
