"""The committed OpenAPI document and its examples: a change of the contract shows in review.

``make openapi`` writes both anew.
"""

import json
import os
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.openapi import EXAMPLES
from tests.kit import ROOT

DOCUMENT = ROOT / "openapi.json"
UPDATE = "UPDATE_OPENAPI" in os.environ

# What the example of each operation asks for.
ASKED: dict[str, str] = {
    "list_companies": "/v1/companies?brand=Доброешка",
    "get_company": "/v1/companies/smak",
    "list_officials": "/v1/officials?position=аким",
    "get_official": "/v1/officials/gulnar-aytkhozhina",
    "list_people": "/v1/people?official=false&limit=1",
    "get_person": "/v1/people/eduard-savin",
    "list_organizations": "/v1/organizations?type=department",
    "get_organization": "/v1/organizations/iskusstvo-omska",
    "list_places": "/v1/places?type=city",
    "get_place": "/v1/places/omskaya-oblast",
    "list_events": "/v1/events?type=match",
    "get_event": "/v1/events/birzha-kontaktov",
    "list_agreements": "/v1/agreements?type=sister_city",
    "get_agreement": "/v1/agreements/postavka-produktov-pitaniya",
    "list_quotations": "/v1/quotations?speaker=bulat-bakauov",
    "get_quotation": "/v1/quotations/bakauov-o-novom-urovne",
    "list_facts": "/v1/facts?subject=sibir&predicate=city",
    "get_fact": "/v1/facts/{fact}",
    "list_documents": "/v1/documents",
    "get_document": "/v1/documents/omsk-days-pavlodar",
    "get_document_text": "/v1/documents/omsk-days-pavlodar/text",
    "search_records": "/v1/search?q=сибирь",
}


def write(path: Any, data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    return text


def test_every_example_is_a_real_answer(client: TestClient, application: FastAPI) -> None:
    fact = client.get("/v1/facts?subject=sibir&predicate=city").json()["items"][0]["id"]
    examples = {}
    for operation, path in ASKED.items():
        response = client.get(path.replace("{fact}", fact))
        assert response.status_code == 200, path
        is_json = response.headers["content-type"] == "application/json"
        examples[operation] = {
            "id": path.replace("{fact}", fact).split("/")[3] if path.count("/") > 2 else "",
            "answer": response.json() if is_json else response.text.split("\n")[0],
        }
    assert write(EXAMPLES, examples) == EXAMPLES.read_text(encoding="utf-8")
    application.openapi_schema = None


def test_the_document_is_the_committed_one(application: FastAPI) -> None:
    application.openapi_schema = None
    document = application.openapi()
    assert {each["get"]["operationId"] for each in document["paths"].values()} == ASKED.keys()
    assert write(DOCUMENT, document) == DOCUMENT.read_text(encoding="utf-8")
