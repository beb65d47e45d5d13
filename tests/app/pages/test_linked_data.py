"""Linked data of the pages: rdflib reads the class and the name of every record."""

import hashlib
import json
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, Graph, Literal, URIRef

from app.pages.linked_data import as_script
from tests.app.pages import parse

Json = dict[str, Any]
Get = Callable[..., Json]

SCHEMA = "https://schema.org/"
BASE = "http://127.0.0.1:8000"
CLASSES = {
    "/v1/companies": "Organization",
    "/v1/officials": "Person",
    "/v1/people": "Person",
    "/v1/organizations": "Organization",
    "/v1/places": "Place",
    "/v1/events": "Event",
    "/v1/quotations": "Quotation",
    "/v1/documents": "NewsArticle",
}


def graph_of(client: TestClient, path: str) -> Graph:
    """Return the graph of a page."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    (script,) = parse(response.text).all("script", type="application/ld+json")
    with warnings.catch_warnings():
        # rdflib's own parser calls functions that rdflib deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Graph().parse(data=script.text, format="json-ld")


@pytest.mark.parametrize(("path", "kind"), CLASSES.items())
def test_a_page_says_what_its_record_is_and_is_called(
    client: TestClient, get: Get, path: str, kind: str
) -> None:
    for item in get(path, limit=200)["items"]:
        page = f"{path.removeprefix('/v1')}/{item['id']}"
        graph = graph_of(client, page)
        node = URIRef(f"{BASE}{path.replace('officials', 'people')}/{item['id']}")
        assert list(graph.objects(node, RDF.type)) == [URIRef(SCHEMA + kind)]
        assert list(graph.objects(node, URIRef(f"{SCHEMA}name"))) == [Literal(item["name"])]
        (url,) = graph.objects(node, URIRef(f"{SCHEMA}url"))
        assert str(url) == BASE + page.replace("officials", "people")
        # Nothing stands in terms of our own.
        terms = {*graph.predicates(), *graph.objects(None, RDF.type)} - {RDF.type}
        assert all(str(each).startswith(SCHEMA) for each in terms)


def test_the_other_names_and_the_place_of_an_event_are_there(client: TestClient, get: Get) -> None:
    company = graph_of(client, "/companies/smak")
    other = company.value(URIRef(f"{BASE}/v1/companies/smak"), URIRef(f"{SCHEMA}alternateName"))
    assert other == Literal("завод «СМАК»")
    match = get("/v1/events/tovarishcheskiy-match")
    found = graph_of(client, "/events/tovarishcheskiy-match").objects(
        URIRef(f"{BASE}/v1/events/tovarishcheskiy-match"), URIRef(f"{SCHEMA}location")
    )
    expected = {BASE + match[name]["href"] for name in ("venue", "place") if match[name]}
    assert {str(each) for each in found} == expected
    assert expected


def test_an_agreement_has_no_class_of_schema_org(client: TestClient) -> None:
    page = parse(client.get("/agreements/postavka-produktov-pitaniya").text)
    assert not page.all("script")


def test_an_article_names_its_text_and_the_hash_of_it(client: TestClient, get: Get) -> None:
    item = get("/v1/documents/omsk-days-pavlodar")
    graph = graph_of(client, "/documents/omsk-days-pavlodar")
    assert set(graph.objects(None, URIRef(f"{SCHEMA}sha256"))) == {Literal(item["sha256"])}
    assert set(graph.objects(None, URIRef(f"{SCHEMA}contentUrl"))) == {Literal(BASE + item["text"])}
    assert set(graph.objects(None, URIRef(f"{SCHEMA}inLanguage"))) == {Literal("ru")}


def test_no_text_ends_the_script() -> None:
    name = "</script><!--<script>&amp;\u2028\u2029"
    script = str(as_script({"name": name}))
    data = script.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(data)
    assert json.loads(data)["name"] == name
    assert str(as_script(None)) == ""


def test_every_distribution_of_the_data_exists_as_it_is_described(client: TestClient) -> None:
    graph = graph_of(client, "/")
    dataset = URIRef(f"{BASE}/")
    assert list(graph.objects(dataset, RDF.type)) == [URIRef(f"{SCHEMA}Dataset")]
    found = 0
    for each in graph.objects(dataset, URIRef(f"{SCHEMA}distribution")):
        told = {
            str(key).removeprefix(SCHEMA): str(value)
            for key, value in graph.predicate_objects(each)
        }
        response = client.get(told["contentUrl"].removeprefix(BASE))
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == told["encodingFormat"]
        if "sha256" in told:
            found += 1
            assert hashlib.sha256(response.content).hexdigest() == told["sha256"]
            assert told["contentSize"] == f"{len(response.content)} B"
    assert found == 1
