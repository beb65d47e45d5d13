"""JSON-LD: two independent processors, pyld and rdflib, recover every value of the JSON."""

import warnings
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pyld import jsonld  # type: ignore[import-untyped]
from rdflib import Graph, Literal, URIRef

from app.domain.vocabulary import PREDICATES
from app.formats.jsonld import CONTEXT
from app.main import create_app
from app.settings import Settings
from tests.app.formats.exchange import Get, Json, pages
from tests.helpers import LISTS, WITH_FACTS, Client

BASE = "http://127.0.0.1:8000/"
SCHEMA = "https://schema.org/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWN = "urn:pobratim:"


def get_jsonld(client: TestClient, path: str, **parameters: Any) -> Json:
    response = client.get(path, params={"format": "jsonld", **parameters})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/ld+json"
    body: Json = response.json()
    assert list(body) == ["@context", "@graph"]
    return body


def reject_loading(url: str, _options: object) -> None:
    raise AssertionError(f"would load {url}")


def expand(document: Json) -> list[Json]:
    found: list[Json] = jsonld.expand(document, {"base": BASE, "documentLoader": reject_loading})
    return found


def graph_of(client: TestClient, path: str, **parameters: Any) -> Graph:
    text = client.get(path, params={"format": "jsonld", **parameters}).text
    with warnings.catch_warnings():
        # rdflib's own parser calls functions that rdflib deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Graph().parse(data=text, format="json-ld", publicID=BASE)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def matches(compact: Any, expanded: Json) -> bool:
    """Return whether an expanded value has the meaning of the compact one."""
    if isinstance(compact, dict):
        return not missing_keys(compact, expanded)
    if "@value" in expanded:
        return bool(expanded["@value"] == compact)
    if not isinstance(compact, str):
        return False
    # A string is either a relative IRI or a term of the context.
    iri = expanded.get("@id", "")
    if iri == BASE.rstrip("/") + compact:
        return True
    term = CONTEXT.get(compact, OWN + compact)
    term = term["@id"] if isinstance(term, dict) else term
    return bool(iri == term.replace("schema:", SCHEMA))


def missing_keys(compact: Json, expanded: Json) -> list[str]:
    """Return the keys of a compact node whose values are missing from the expanded one."""
    if "@id" in compact and expanded.get("@id") != BASE[:-1] + compact["@id"]:
        return ["@id"]
    found = []
    properties = [each for name, each in expanded.items() if not name.startswith("@")]
    values = [value for each in properties for value in each]
    for name, value in compact.items():
        if name == "@id":
            is_there = True
        elif name == "@type":
            is_there = len(expanded.get("@type", [])) == 1
        elif value == []:
            is_there = [] in properties
        else:
            is_there = all(any(matches(each, other) for other in values) for each in as_list(value))
        if not is_there:
            found.append(name)
    total = sum(len(as_list(value)) for name, value in compact.items() if not name.startswith("@"))
    return found if len(values) == total else [*found, f"{len(values)} values instead of {total}"]


def missing_fields(record: Any, node: Any) -> list[str]:
    """Return the fields of a JSON record that are missing from its compact node."""
    if isinstance(record, list):
        pairs = zip(record, node, strict=True)
        return [part for one, other in pairs for part in missing_fields(one, other)]
    if not isinstance(record, dict):
        return [] if record == node else [str(record)]
    if "exact" in record:
        position, quote = node["selector"]
        evidence = {**position, **quote, "document": record["document"]}
        assert node["source"] == f"{record['document']['href']}/text"
        return [name for name in record if evidence.get(name) != record[name]]
    return [name for name, value in record.items() if not has_field(name, value, record, node)]


def has_field(name: str, value: Any, record: Json, node: Json) -> bool:
    """Return whether a node has one field of its record."""
    match name:
        case "id" if "predicate" in record:
            return bool(node["@id"] == f"/v1/facts/{value}")
        case "id":
            return bool(node["identifier"] == value) and node["@id"].endswith(f"/{value}")
        case "kind":
            return bool(node["@type"] == value.capitalize())
        case "href":
            return bool(node["@id"] == value)
        case _ if value is None:
            return name not in node
        case _:
            return name in node and not missing_fields(value, node[name])


@pytest.mark.parametrize("path", LISTS)
def test_no_value_is_missing_after_expansion(client: TestClient, get: Get, path: str) -> None:
    queries: list[Json] = [{}, {"include": "facts"}] if path in WITH_FACTS else [{}]
    for query in queries:
        records = pages(get, path, limit=200, **query)
        document = get_jsonld(client, path, **query)
        nodes = document["@graph"]
        assert len(nodes) == len(records)
        assert [missing_fields(*pair) for pair in zip(records, nodes, strict=True)] == [[]] * len(
            nodes
        )
        expanded = expand(document)
        # Expansion unwraps a lone @graph, so the nodes are compared in the order of the graph.
        assert [each["@id"] for each in expanded] == [BASE[:-1] + each["@id"] for each in nodes]
        assert [missing_keys(*pair) for pair in zip(nodes, expanded, strict=True)] == [[]] * len(
            nodes
        )


@pytest.mark.parametrize("path", LISTS)
def test_the_id_of_a_node_is_the_path_of_its_detail(client: TestClient, path: str) -> None:
    for node in expand(get_jsonld(client, path, limit=3)):
        address = node["@id"].removeprefix(BASE[:-1])
        detail = client.get(address)
        assert detail.status_code == 200, address
        if path == "/v1/facts":
            assert node["@type"] == [f"{RDF}Statement"]
        else:
            assert node[f"{SCHEMA}name"] == [{"@value": detail.json()["name"]}]
            assert node[f"{SCHEMA}identifier"] == [{"@value": detail.json()["id"]}]


def test_the_inline_context_equals_the_published_one(client: TestClient, get: Get) -> None:
    served = get("/v1/context")["@context"]
    for path in LISTS:
        context = get_jsonld(client, path, limit=1)["@context"]
        assert context == {"@base": BASE, **served}
    assert served == CONTEXT


def test_an_empty_list_is_an_empty_graph(client: TestClient) -> None:
    document = get_jsonld(client, "/v1/companies", city="nowhere")
    assert document["@graph"] == []
    assert expand(document) == []


@pytest.mark.parametrize("path", LISTS)
def test_rdflib_parses_every_record(client: TestClient, get: Get, path: str) -> None:
    graph = graph_of(client, path)
    subjects = {str(each) for each in graph.subjects() if isinstance(each, URIRef)}
    for item in pages(get, path, limit=200):
        assert (
            f"{BASE.rstrip('/')}{path}/{item['id']}".replace("/officials/", "/people/") in subjects
        )


def test_sparql_selects_companies_by_city(client: TestClient, get: Get) -> None:
    found = graph_of(client, "/v1/companies").query(
        "SELECT ?name WHERE { ?company a schema:Organization ; schema:name ?name ;"
        f" schema:location <{BASE}v1/places/omsk> }}",
        initNs={"schema": SCHEMA},
    )
    names = {str(row[0]) for row in found}  # type: ignore[index]
    assert names == {item["name"] for item in get("/v1/companies", city="omsk")["items"]}
    assert names


def test_sparql_selects_quotes_and_offsets(client: TestClient, get: Get) -> None:
    # Property paths that start at the evidence; one joined pattern takes rdflib minutes.
    found = graph_of(client, "/v1/facts").query(
        "SELECT ?fact ?exact ?start ?end ?source WHERE { ?fact <urn:pobratim:evidence> ?evidence ."
        " ?evidence oa:hasSource ?source . ?evidence oa:hasSelector/oa:exact ?exact ."
        " ?evidence oa:hasSelector/oa:start ?start . ?evidence oa:hasSelector/oa:end ?end }",
        initNs={"oa": "http://www.w3.org/ns/oa#"},
    )
    rows = {tuple(str(each) for each in row) for row in found}  # type: ignore[union-attr]
    assert rows == {
        (
            f"{BASE}v1/facts/{fact['id']}",
            evidence["exact"],
            str(evidence["start"]),
            str(evidence["end"]),
            f"{BASE[:-1]}{evidence['document']['href']}/text",
        )
        for fact in pages(get, "/v1/facts", limit=200)
        for evidence in fact["evidence"]
    }


def test_offsets_and_dates_have_datatypes(client: TestClient) -> None:
    starts = list(
        graph_of(client, "/v1/facts").objects(None, URIRef("http://www.w3.org/ns/oa#start"))
    )
    number = URIRef("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
    assert {each.datatype for each in starts if isinstance(each, Literal)} == {number}
    dates = list(graph_of(client, "/v1/events").objects(None, URIRef(f"{OWN}edtf")))
    edtf = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
    assert Literal("XXXX-10-14", datatype=edtf) in dates


@pytest.mark.parametrize("name", PREDICATES)
def test_a_predicate_never_expands_to_an_rdf_term(name: str) -> None:
    """A predicate named like an RDF term, such as ``subject``, must not expand to that term."""
    statement = {"@id": "/v1/facts/0", "@type": "Statement", "predicate": name}
    (node,) = expand({"@context": CONTEXT, "@graph": [statement]})
    (predicate,) = node[f"{RDF}predicate"]
    assert ":" in predicate["@id"]
    assert not predicate["@id"].startswith(RDF)


@pytest.mark.parametrize("path", LISTS)
def test_fields_never_removes_id_and_type(client: TestClient, path: str) -> None:
    field = "value" if path == "/v1/facts" else "name"
    untrimmed = get_jsonld(client, path)["@graph"]
    trimmed = get_jsonld(client, path, fields=field)["@graph"]
    for node, full in zip(trimmed, untrimmed, strict=True):
        assert (node["@id"], node["@type"]) == (full["@id"], full["@type"])
        assert node.get(field) == full.get(field)


def test_an_invalid_cursor_is_rejected(client: TestClient) -> None:
    response = client.get("/v1/companies", params={"format": "jsonld", "cursor": "abc"})
    assert response.status_code == 422


def test_a_saved_file_keeps_its_ids(own_url: str) -> None:
    settings = Settings(database_url=own_url, public_url="https://example.org")
    with Client(create_app(settings)) as client:
        places = get_jsonld(client, "/v1/places")
        annotations = client.get("/v1/documents/omsk-days-pavlodar/annotations").json()
    ids = {node["@id"] for node in expand(places)}
    assert "https://example.org/v1/places/omsk" in ids
    assert annotations["@context"][1] == {"@base": "https://example.org/"}
