"""The committed OpenAPI document and its examples: contract changes show in review.

``make openapi`` regenerates both.
"""

import json
import os
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.system.openapi import EXAMPLES
from tests.helpers import ROOT

DOCUMENT = ROOT / "openapi.json"
UPDATE = "UPDATE_OPENAPI" in os.environ

# The request of each operation's example.
REQUESTS: dict[str, str] = {
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
    "suggest_names": "/v1/suggest?q=dvor",
    "get_company_related": "/v1/companies/smak/related",
    "get_official_related": "/v1/officials/gulnar-aytkhozhina/related",
    "get_person_related": "/v1/people/eduard-savin/related",
    "get_organization_related": "/v1/organizations/nazarbaev-intellektualnaya-shkola/related",
    "get_place_related": "/v1/places/omskaya-oblast/related",
    "get_event_related": "/v1/events/tovarishcheskiy-match/related",
    "get_agreement_related": "/v1/agreements/postavka-produktov-pitaniya/related",
    "get_quotation_related": "/v1/quotations/bakauov-o-novom-urovne/related",
    "get_graph": "/v1/graph?predicate=signatory",
    "get_context": "/v1/context",
    "get_vocabulary": "/v1/vocabulary",
    "get_document_annotations": "/v1/documents/omsk-days-pavlodar/annotations?limit=1",
    "verify_document": "/v1/documents/omsk-days-pavlodar/verification",
    "export_everything": "/v1/export",
}
MEDIA_TYPES = ("text/csv", "application/x-ndjson", "application/ld+json", "application/graphml+xml")


def write(path: Any, data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    return text


def test_every_example_is_an_actual_response(client: TestClient, application: FastAPI) -> None:
    fact = client.get("/v1/facts?subject=sibir&predicate=city").json()["items"][0]["id"]
    examples = {}
    for operation, path in REQUESTS.items():
        path = path.replace("{fact}", fact)  # noqa: PLW2901 (the same path, completed)
        answers: dict[str, Any] = {}
        # The archive has no example, because it contains this document.
        for requested in ("", *MEDIA_TYPES) if operation != "export_everything" else ():
            response = client.get(path, headers={"Accept": requested} if requested else {})
            assert response.status_code == 200, path
            media_type = response.headers["content-type"].partition(";")[0]
            if media_type == "text/plain":
                answers[media_type] = response.text.split("\n")[0]
            elif not requested or media_type == requested:
                is_json = media_type.endswith(("/json", "+json"))
                answers[media_type] = response.json() if is_json else response.text
        if operation.endswith("_related"):
            answers["image/svg+xml"] = client.get(path, params={"format": "svg"}).text
        examples[operation] = {
            "id": path.split("/")[3] if path.count("/") > 2 else "",
            "answers": answers,
        }
    assert write(EXAMPLES, examples) == EXAMPLES.read_text(encoding="utf-8")
    application.openapi_schema = None


def test_the_committed_document_is_current(application: FastAPI) -> None:
    application.openapi_schema = None
    document = application.openapi()
    assert {each["get"]["operationId"] for each in document["paths"].values()} == REQUESTS.keys()
    assert write(DOCUMENT, document) == DOCUMENT.read_text(encoding="utf-8")
