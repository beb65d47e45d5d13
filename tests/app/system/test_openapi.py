"""The OpenAPI document: complete, and true of the responses."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


def test_every_error_is_documented_as_problem_json(application: FastAPI) -> None:
    document = application.openapi()
    for path, methods in document["paths"].items():
        responses = methods["get"]["responses"]
        statuses = {"200", "400", "414", "422", "500", "503"} | (
            {"404"} if "{id}" in path else set()
        )
        assert responses.keys() == statuses, path
    for response in document["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_response_has_the_documented_headers(
    application: FastAPI, client: TestClient
) -> None:
    document = application.openapi()
    for path, methods in document["paths"].items():
        operation = methods["get"]
        for each in operation.get("parameters", []):
            assert each["in"] != "path" or each["example"]
        example_path = path.replace("{id}", _example_id(operation))
        response = client.get(example_path, params=_required(operation) or None)
        assert response.status_code == 200
        for name in operation["responses"]["200"]["headers"]:
            assert name in response.headers, (path, name)


def _example_id(operation: dict[str, Any]) -> str:
    ids = [each["example"] for each in operation.get("parameters", []) if each["in"] == "path"]
    return ids[0] if ids else ""


def _required(operation: dict[str, Any]) -> dict[str, str]:
    return {
        each["name"]: "омск"
        for each in operation.get("parameters", [])
        if each["required"] and each["in"] == "query"
    }


def test_no_operation_needs_a_login(application: FastAPI) -> None:
    document = application.openapi()
    assert document["security"] == []
    assert document["openapi"].startswith("3.1")
    assert document["servers"][0]["url"] == "/"


def test_the_document_is_generated_once(application: FastAPI, client: TestClient) -> None:
    assert application.openapi() is application.openapi()
    assert client.get("/openapi.json").json() == application.openapi()


def test_no_optional_parameter_is_nullable(application: FastAPI) -> None:
    for path, methods in application.openapi()["paths"].items():
        for parameter in methods["get"].get("parameters", []):
            assert "null" not in str(parameter["schema"]), (path, parameter["name"])


def test_allowed_values_are_enumerated(application: FastAPI) -> None:
    parameters: dict[str, Any] = {
        each["name"]: each["schema"]
        for each in application.openapi()["paths"]["/v1/facts"]["get"]["parameters"]
    }
    assert "legal_form" in parameters["predicate"]["items"]["enum"]
    assert parameters["support"]["items"] == {"$ref": "#/components/schemas/Support"}
    supports = application.openapi()["components"]["schemas"]["Support"]
    assert supports["enum"] == ["stated", "entailed", "inferred"]
    assert parameters["sort"]["enum"] == ["text_order", "predicate"]
    assert parameters["limit"]["maximum"] == 200


def test_every_tag_has_a_description(application: FastAPI) -> None:
    document = application.openapi()
    used = {tag for path in document["paths"].values() for tag in path["get"]["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}
    assert all(tag["description"].endswith(".") for tag in document["tags"])


def test_concurrent_first_requests_all_succeed(seeded_url: str) -> None:
    paths = ["/openapi.json", "/v1/export", "/v1/search?q=омск", "/openapi.json", "/v1/companies"]
    for _ in range(3):
        app = create_app(Settings(database_url=seeded_url, access_log=False))
        with TestClient(app) as client, ThreadPoolExecutor(len(paths)) as threads:
            statuses = list(threads.map(lambda path: client.get(path).status_code, paths))
        assert statuses == [200] * len(paths)
