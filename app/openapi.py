"""The OpenAPI document and the interactive page that shows it."""

from importlib import resources
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.errors import MEDIA_TYPE

TITLE = "Pobratim"
SUMMARY = "Facts from news articles, each with the words that prove it"
DESCRIPTION = """
Pobratim serves what a news article says as data: companies, officials, agreements, events and what
was said. **Every fact shows the words that prove it**: document, offsets and exact text.

The first document is a Russian article on the Days of the city of Omsk in Pavlodar. The data stays
in Russian; what the article doesn't say stays `null`.

* **Lists** are filtered by plain parameters; one that is repeated means any of its values. `sort`
  and `order` arrange them, `next` leads to the next page, `include=facts` brings the facts along.
* **Text** compares as a Russian reader expects: case, ё/е and quotation marks make no difference.
* **Offsets** count Unicode code points of `/v1/documents/{id}/text`, from 0, end excluded.
* **Errors** are `application/problem+json` (RFC 9457). A parameter that doesn't exist is an error.
"""

TAGS = [
    {
        "name": "companies",
        "description": "The enterprises: who they are, what they make, where they took part.",
    },
    {"name": "officials", "description": "People who hold a public post, and what they signed."},
    {"name": "people", "description": "Everyone named, officials included."},
    {
        "name": "organizations",
        "description": "Public bodies, museums, schools and delegations.",
    },
    {"name": "places", "description": "Countries, regions, cities, and venues of events."},
    {
        "name": "events",
        "description": "What took place: when, where, as part of what, and who took part.",
    },
    {
        "name": "agreements",
        "description": "What was signed, what is only ready to be signed, by whom and about what.",
    },
    {"name": "quotations", "description": "What was said, word for word, and by whom."},
    {
        "name": "facts",
        "description": "Every single statement with its evidence; also by passage of the text.",
    },
    {"name": "documents", "description": "The source texts, byte for byte."},
    {"name": "search", "description": "One search over all kinds of record."},
]

_HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pobratim API</title>
<link rel="icon" type="image/png" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/pobratim.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the API's description itself is at /openapi.json.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/pobratim.js"></script>
</body>
</html>
"""
_SCRIPT = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""
_STYLE = """body { margin: 0; }
.swagger-ui .topbar { display: none; }
.swagger-ui .markdown code, .swagger-ui .renderedMarkdown code { white-space: nowrap; }
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 10px; }
  .swagger-ui .info { margin: 20px 0; }
  .swagger-ui .opblock .opblock-summary-description { display: none; }
  .swagger-ui table.parameters, .swagger-ui table.parameters > tbody,
  .swagger-ui table.parameters > tbody > tr, .swagger-ui table.parameters > tbody > tr > td {
    display: block;
  }
  .swagger-ui table.parameters > thead { display: none; }
  .swagger-ui .parameters-col_description { width: auto; }
}
"""

PAGING = {"sort", "order", "limit", "cursor", "include"}

_RESOURCES = "fastapi_swagger.resources"

router = APIRouter(include_in_schema=False)


@router.get("/")
def get_root() -> RedirectResponse:
    """Lead to the interactive page."""
    return RedirectResponse("/docs")


@router.get("/docs")
def get_docs() -> HTMLResponse:
    """Serve the interactive page: Swagger UI from a package, so that it needs no other host."""
    return HTMLResponse(_HTML)


def _serve(name: str, content: bytes, media_type: str) -> None:
    @router.get(f"/docs/{name}")
    def get_asset() -> Response:
        return Response(content, media_type=media_type)


def _packaged(name: str) -> bytes:
    return resources.files(_RESOURCES).joinpath(name).read_bytes()


_serve("pobratim.js", _SCRIPT.encode(), "text/javascript")
_serve("pobratim.css", _STYLE.encode(), "text/css")
_serve("swagger-ui-bundle.js", _packaged("swagger-ui-bundle.js"), "text/javascript")
_serve("swagger-ui.css", _packaged("swagger-ui.css"), "text/css")
_serve("favicon.png", _packaged("favicon-32x32.png"), "image/png")


def describe(app: FastAPI) -> None:
    """Give ``app`` an ``openapi`` method whose errors have their media type."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            for path in document["paths"].values():
                for operation in path.values():
                    # What a resource is asked for comes before what all lists are.
                    operation.get("parameters", []).sort(key=lambda each: each["name"] in PAGING)
                    for status, response in operation["responses"].items():
                        if status.startswith(("4", "5")):
                            # FastAPI files every model under the route's own media type.
                            response["content"] = {
                                MEDIA_TYPE: next(iter(response["content"].values()))
                            }
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
