"""The OpenAPI document: its prose, and the parts that FastAPI doesn't generate."""

import json
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app.formats.jsonld import LinkedDocument
from app.http.problems import MEDIA_TYPE, InvalidRequestProblem, Problem, ServerErrorProblem

TITLE = "Pobratim"
SUMMARY = "Facts from news articles, each with the words that prove it"
SERVER = "The server that this document comes from, production or local"
DESCRIPTION = """
Pobratim serves what a news article says as data: companies, officials, agreements, events and what
was said. **Every fact shows the words that prove it**: document, offsets and exact text.

The first document is a Russian article on the Days of the city of Omsk in Pavlodar. The data stays
in Russian; what the article doesn't say stays `null`.

* **Lists** are filtered by plain parameters; one that is repeated means any of its values. `sort`
  and `order` arrange them, `next` leads to the next page, `include=facts` brings the facts along.
* **What isn't said** can be asked for: `lacks=legal_form` and `has=brand` tell whether there is a
  value, and `not_city=omsk` gives all that `city=omsk` doesn't, records without a city included.
  Each negation holds by itself: `not_role=host` leaves out the hosts of any event.
* **Text** compares as a Russian reader expects: case, ё/е and quotation marks make no difference.
  `q` finds words in any form and in either script; `/v1/search` looks in all kinds at once.
* **Counts** come with `facet=city` (under the value null, of what has no city), whole lists as CSV,
  NDJSON and JSON-LD with `format=` or `Accept`, everything at once with `/v1/export`, and
  neighbours with `/related` and `/v1/graph`.
* **Words** of the data, such as `legal_form`, have labels in Russian and English, and a meaning:
  `/v1/vocabulary`.
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
    {
        "name": "search",
        "description": "One search over all kinds of record, and names completed as one types.",
    },
    {"name": "graph", "description": "The records and the facts that tie them, for other tools."},
    {
        "name": "vocabulary",
        "description": "The words of the data, and what people call them in Russian and English.",
    },
]


EXAMPLES = Path(__file__).with_name("examples.json")
"""A real response of every operation, and the id in its path; tests compare them to the server."""
_LIST_PARAMETERS = {"fields", "facet", "include", "sort", "order", "limit", "cursor", "format"}

_HEADERS = {
    "ETag": "Names this very answer, for `If-None-Match`.",
    "Last-Modified": "When the data was loaded, or the API changed; for `If-Modified-Since`.",
    "Cache-Control": "Caches may keep the answer, and ask whether it is still good.",
    "Vary": "The request headers that the answer depends on.",
    "Content-Language": "The languages of the data, as of all documents or of the one shown.",
    "Link": "The first and the next page, and the page for people (RFC 8288).",
    "Access-Control-Allow-Origin": "Scripts of every site may read the answer.",
    "X-Request-ID": "The request's id in the log: the one sent, or a new one.",
}
_ERROR_HEADERS = ("Access-Control-Allow-Origin", "Cache-Control", "X-Request-ID")
_ERRORS = {
    400: ("BadRequest", "Problem", "The path or query isn't percent-encoded UTF-8"),
    404: ("NotFound", "Problem", "There is no such record"),
    414: ("UriTooLong", "Problem", "The path with its query is too long"),
    422: ("InvalidRequest", "InvalidRequestProblem", "A parameter isn't allowed as sent"),
    500: ("InternalServerError", "ServerErrorProblem", "Something went wrong on the server"),
    503: ("Unavailable", "Problem", "The database can't answer just now"),
}
# All applications of a process share the models, and FastAPI's generator isn't thread-safe.
_GENERATING = Lock()


def describe(app: FastAPI) -> None:
    """Give ``app`` an ``openapi`` method that completes the document that FastAPI generates."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        with _GENERATING:
            if app.openapi_schema is None:
                app.openapi_schema = _complete(generate())
            return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return the generated document with errors, headers, examples, and no authentication."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    _add_components(document["components"])
    for path, operations in document["paths"].items():
        operation = operations["get"]
        _complete_operation(operation, path, examples[operation["operationId"]])
    _set_integer_formats(document)
    return document | {"security": []}


def _add_components(components: dict[str, Any]) -> None:
    """Add the schemas of problems and JSON-LD, and the shared error responses and headers."""
    schemas = TypeAdapter(
        InvalidRequestProblem | ServerErrorProblem | Problem | LinkedDocument
    ).json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= schemas["$defs"]
    components["responses"] = {
        name: {
            "description": description,
            "headers": {name: _header(name) for name in _ERROR_HEADERS},
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
        for name, schema, description in _ERRORS.values()
    }
    components["headers"] = {
        name: {"description": description, "schema": {"type": "string"}}
        for name, description in _HEADERS.items()
    }


def _complete_operation(operation: dict[str, Any], path: str, example: dict[str, Any]) -> None:
    """Add examples, headers and errors to an operation."""
    parameters = operation.get("parameters", [])
    # The resource's own parameters come before those of every list.
    parameters.sort(key=lambda each: each["name"] in _LIST_PARAMETERS)
    for parameter in parameters:
        if parameter["in"] == "path":
            parameter["example"] = example["id"]
        if parameter["name"] == "fields":
            parameter |= {"style": "form", "explode": False}
    responses = operation["responses"]
    del responses["4XX"]
    has_links = path.endswith("/{id}") or any(each["name"] == "cursor" for each in parameters)
    names = [name for name in _HEADERS if name != "Link" or has_links]
    responses["200"]["headers"] = {name: _header(name) for name in names}
    for media_type, content in responses["200"]["content"].items():
        if media_type in example["answers"]:
            content["example"] = example["answers"][media_type]
    for status, (name, _, _) in _ERRORS.items():
        if status != HTTPStatus.NOT_FOUND or "{" in path:
            responses[str(status)] = {"$ref": f"#/components/responses/{name}"}


def _set_integer_formats(schema: Any) -> None:
    """Add format and bounds to every integer of a schema; none is negative."""
    if isinstance(schema, dict):
        if schema.get("type") == "integer":
            schema["format"] = "int32"
            schema.setdefault("minimum", 0)
            schema.setdefault("maximum", 2**31 - 1)
        for name, each in schema.items():
            if name not in {"example", "examples"}:
                _set_integer_formats(each)
    elif isinstance(schema, list):
        for each in schema:
            _set_integer_formats(each)


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}
