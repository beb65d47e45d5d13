"""The contract test: the promises of every resource, checked through OpenAPI."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.domain.vocabulary import COLLECTIONS
from seed.extract.facts_file import KINDS
from tests.helpers import LISTS, WITH_FACTS

Json = dict[str, Any]
Get = Callable[..., Json]

# A value of every filter that narrows its list; a filter missing here fails the test below.
FILTERS: dict[str, dict[str, str]] = {
    "/v1/companies": {
        "q": "сибир",
        "id": "sibir",
        "city": "omsk",
        "legal_form": "ооо",
        "brand": "«доброешка»",
        "product": "Продукты  питания",
        "event": "vystavka-tovarov-i-uslug",
        "role": "host",
        "agreement": "postavka-produktov-pitaniya",
    },
    "/v1/officials": {
        "q": "булат",
        "id": "bulat-bakauov",
        "position": "Мэр",
        "organization": "departament-gorodskoy-ekonomicheskoy-politiki",
        "territory": "omsk",
        "event": "torgovo-ekonomicheskaya-missiya",
        "role": "head",
        "agreement": "ustanovlenie-pobratimskikh-svyazey",
    },
    "/v1/people": {
        "q": "савин",
        "id": "eduard-savin",
        "official": "true",
        "event": "gorod-zhivet",
        "role": "exhibit_author",
        "agreement": "ustanovlenie-pobratimskikh-svyazey",
    },
    "/v1/organizations": {
        "q": "музей",
        "id": "iskusstvo-omska",
        "type": "museum",
        "parent": "administratsiya-omska",
        "place": "omsk",
        "event": "poseshchenie-predpriyatiy",
        "role": "visitor",
        "origin": "omsk",
        "leader": "vyacheslav-dvorakovskiy",
    },
    "/v1/places": {"q": "область", "id": "omsk", "type": "city", "parent": "kazakhstan"},
    "/v1/events": {
        "q": "выставк",
        "id": "birzha-kontaktov",
        "type": "match",
        "year": "2013",
        "month": "10",
        "day": "14",
        "date_from": "2013-01-01",
        "date_to": "2013-01-01",
        "venue": "arena-astana",
        "place": "pavlodar",
        "parent": "dni-goroda-omska",
        "participant": "sibir",
        "role": "exhibit_author",
    },
    "/v1/agreements": {
        "q": "протокол",
        "id": "postavka-produktov-pitaniya",
        "type": "intent",
        "status": "ready_to_sign",
        "party": "omsk",
        "signatory": "bulat-bakauov",
        "sphere": "Культура",
        "occasion": "torgovo-ekonomicheskaya-missiya",
        "signed_in": "pavlodar",
        "attributed_to": "gulnar-aytkhozhina",
    },
    "/v1/quotations": {
        "q": "перипетии",
        "id": "bakauov-o-novom-urovne",
        "speaker": "bulat-bakauov",
        "mention": "omsk",
    },
    "/v1/documents": {"q": "нет такого", "id": "no-such-document", "language": "kk"},
    "/v1/facts": {
        "q": "кокс",
        "id": "0000000000000000",
        "subject": "sibir",
        "predicate": "city",
        "object": "place:omsk",
        "value": "зао",
        "support": "inferred",
        "attributed_to": "bulat-bakauov",
        "document": "no-such-document",
        "overlaps": "564,576",
    },
}
PAGING = {"limit", "cursor", "sort", "order", "include", "include_yearless"}
SHAPE = {"fields", "facet", "format"}
PRESENCE = {"has", "lacks"}

# Lists whose few records happen to have the same order by name and by position in the article.
COINCIDENT = {"/v1/documents", "/v1/agreements", "/v1/quotations"}


def operations(application: FastAPI) -> list[tuple[str, Json]]:
    paths = application.openapi()["paths"]
    return [(path, operation) for path, each in paths.items() for operation in each.values()]


def parameters(application: FastAPI, path: str) -> dict[str, Json]:
    operation = application.openapi()["paths"][path]["get"]
    return {each["name"]: each for each in operation.get("parameters", [])}


def test_every_kind_has_a_list_a_detail_and_a_section_of_the_facts_file(
    application: FastAPI,
) -> None:
    paths = application.openapi()["paths"]
    for collection in COLLECTIONS.values():
        assert {f"/v1/{collection}", f"/v1/{collection}/{{id}}"} <= paths.keys()
    assert set(KINDS.values()) == COLLECTIONS.keys() - {"document"}
    others = {
        "/v1/search",
        "/v1/suggest",
        "/v1/graph",
        "/v1/context",
        "/v1/vocabulary",
        "/v1/export",
    }
    assert set(LISTS) == {path for path in paths if path.count("/") == 2} - others


def test_every_operation_and_parameter_is_described(application: FastAPI) -> None:
    for path, operation in operations(application):
        assert operation["summary"], path
        assert operation["description"], path
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (path, parameter["name"])


def test_every_field_is_described_and_has_an_example(application: FastAPI) -> None:
    for name, schema in application.openapi()["components"]["schemas"].items():
        assert schema["description"], name
        assert ("properties" in schema) != ("enum" in schema), name
        for field, each in schema.get("properties", {}).items():
            assert each.get("description"), (name, field)
            is_leaf = "$ref" not in str(each)
            assert not is_leaf or each.get("examples"), (name, field)


def test_operation_ids_are_unique_handler_names(application: FastAPI) -> None:
    ids = [operation["operationId"] for _, operation in operations(application)]
    assert len(set(ids)) == len(ids)
    assert all(name.replace("_", "").isalpha() for name in ids)


def test_schemas_have_plain_names(application: FastAPI) -> None:
    names = application.openapi()["components"]["schemas"].keys()
    assert not [name for name in names if "_" in name]


@pytest.mark.parametrize("path", LISTS)
def test_every_filter_narrows_its_list(application: FastAPI, get: Get, path: str) -> None:
    documented = parameters(application, path).keys() - PAGING - SHAPE - PRESENCE
    negations = {name for name in documented if name.startswith("not_")}
    assert documented - negations == FILTERS[path].keys()
    everything = get(path)["total"]
    for name, value in FILTERS[path].items():
        found = get(path, **{name: value})
        assert found["total"] < everything, name
        if f"not_{name}" in negations:
            others = get(path, **{f"not_{name}": value})
            assert others["total"] == everything - found["total"], name
        empty = {"year", "date_from", "date_to", "signed_in", "document"}
        assert (
            found["total"] > 0
            or name in empty
            or value in {"kk", "0" * 16}
            or path == ("/v1/documents")
        ), name


@pytest.mark.parametrize("path", LISTS)
def test_every_sort_changes_the_order_and_desc_reverses_it(
    application: FastAPI, get: Get, path: str
) -> None:
    schema = parameters(application, path)["sort"]["schema"]
    orders = {}
    for sort in schema["enum"]:
        up = [item["id"] for item in get(path, sort=sort, limit=200)["items"]]
        down = [item["id"] for item in get(path, sort=sort, order="desc", limit=200)["items"]]
        if get(path)["total"] <= 200:
            assert down == up[::-1]
        else:
            assert down != up
        orders[sort] = tuple(up)
    if path not in COINCIDENT:
        assert len(set(orders.values())) == len(orders)


@pytest.mark.parametrize("path", WITH_FACTS)
def test_every_record_has_facts_and_every_fact_has_evidence(get: Get, path: str) -> None:
    for item in get(path, include="facts", limit=200)["items"]:
        assert item["facts"]
        assert all(fact["evidence"] for fact in item["facts"])
        own = [fact for fact in item["facts"] if fact["subject"]["id"] == item["id"]]
        assert [fact["value"] for fact in own if fact["predicate"] == "name"] == [item["name"]]


@pytest.mark.parametrize("path", WITH_FACTS)
def test_a_detail_is_the_list_item_with_its_facts(get: Get, path: str) -> None:
    plain = get(path, limit=200)["items"]
    full = get(path, limit=200, include="facts")["items"]
    for short, long in zip(plain, full, strict=True):
        assert get(f"{path}/{short['id']}") == long
        assert {**short, "facts": long["facts"]} == long
        assert list(long)[-1] == "facts"


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_statements_does_not_grow_with_the_page(
    get: Get, statements: Any, path: str
) -> None:
    more = {"include": "facts"} if path in WITH_FACTS else {}
    counts = []
    for limit in (1, 200):
        statements.seen.clear()
        get(path, limit=limit, **more)
        counts.append(len(statements.seen))
    assert counts[0] == counts[1] <= 6


def test_every_reference_resolves(client: TestClient, get: Get) -> None:
    hrefs: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            if "href" in value:
                hrefs.add(value["href"])
            for each in value.values():
                collect(each)
        elif isinstance(value, list):
            for each in value:
                collect(each)

    for path in LISTS:
        collect(get(path, limit=200))
    assert hrefs
    for href in hrefs:
        assert client.get(href).status_code == 200, href


@pytest.mark.parametrize("path", WITH_FACTS)
def test_every_typed_field_is_proved_by_a_fact(get: Get, path: str) -> None:
    predicate_of_field = {
        "brands": "brand",
        "products": "product",
        "spheres": "sphere",
        "parties": "party",
        "signatories": "signatory",
        "producers": "producer",
        "destinations": "destination",
        "patrons": "patron",
        "specializations": "specialization",
        "holdings": "holding",
        "official": "position",
        "attributed_to": "status",
    }
    for item in get(path, include="facts", limit=200)["items"]:
        predicates = {fact["predicate"] for fact in item["facts"]}
        for field, value in item.items():
            if field in {"id", "kind", "facts"} or value in (None, [], False):
                continue
            if field in {"events", "agreements", "participants"}:
                assert {each["role"] for each in value} <= predicates
            elif field == "date":
                assert predicates & {"date", "date_text"}
            else:
                assert predicate_of_field.get(field, field) in predicates, (item["id"], field)
