"""JSON-LD: nothing gets lost on the way to RDF, for two processors that aren't ours."""

import warnings
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pyld import jsonld  # type: ignore[import-untyped]
from rdflib import Graph, Literal, URIRef

from app.formats.linked import CONTEXT
from app.vocabulary import PREDICATES
from tests.app.formats.exchange import Get, Json, pages
from tests.helpers import LISTS, WITH_FACTS

BASE = "http://testserver/"
SCHEMA = "https://schema.org/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWN = "urn:pobratim:"


def linked(client: TestClient, path: str, **parameters: Any) -> Json:
    response = client.get(path, params={"format": "jsonld", **parameters})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/ld+json"
    body: Json = response.json()
    assert list(body) == ["@context", "@graph"]
    return body


def refuse(url: str, _options: object) -> None:
    raise AssertionError(f"would load {url}")


def expand(document: Json) -> list[Json]:
    found: list[Json] = jsonld.expand(document, {"base": BASE, "documentLoader": refuse})
    return found


def graph_of(client: TestClient, path: str, **parameters: Any) -> Graph:
    text = client.get(path, params={"format": "jsonld", **parameters}).text
    with warnings.catch_warnings():
        # rdflib's own parser uses what rdflib deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Graph().parse(data=text, format="json-ld", publicID=BASE)


def members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_same(compact: Any, expanded: Json) -> bool:
    """Tell whether an expanded value says what the compact one does."""
    if isinstance(compact, dict):
        return not lost(compact, expanded)
    if "@value" in expanded:
        return bool(expanded["@value"] == compact)
    if not isinstance(compact, str):
        return False
    # A relative address, or a word of the vocabulary
    iri = expanded.get("@id", "")
    if iri == BASE.rstrip("/") + compact:
        return True
    term = CONTEXT.get(compact, OWN + compact)
    term = term["@id"] if isinstance(term, dict) else term
    return bool(iri == term.replace("schema:", SCHEMA))


def lost(compact: Json, expanded: Json) -> list[str]:
    """Return the keys of a compact node of which a value is missing in the expanded one."""
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
            is_there = all(any(is_same(each, other) for other in values) for each in members(value))
        if not is_there:
            found.append(name)
    told = sum(len(members(value)) for name, value in compact.items() if not name.startswith("@"))
    return found if len(values) == told else [*found, f"{len(values)} values instead of {told}"]


def untold(record: Any, node: Any) -> list[str]:
    """Return the parts of a record of the JSON that its compact node doesn't have."""
    if isinstance(record, list):
        pairs = zip(record, node, strict=True)
        return [part for one, other in pairs for part in untold(one, other)]
    if not isinstance(record, dict):
        return [] if record == node else [str(record)]
    if "exact" in record:
        position, quote = node["selector"]
        kept = {**position, **quote, "document": record["document"]}
        assert node["source"] == f"{record['document']['href']}/text"
        return [name for name in record if kept.get(name) != record[name]]
    return [name for name, value in record.items() if not is_told(name, value, record, node)]


def is_told(name: str, value: Any, record: Json, node: Json) -> bool:
    """Tell whether a node has one of the fields of its record."""
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
            return name in node and not untold(value, node[name])


@pytest.mark.parametrize("path", LISTS)
def test_nothing_is_lost(client: TestClient, get: Get, path: str) -> None:
    asks: list[Json] = [{}, {"include": "facts"}] if path in WITH_FACTS else [{}]
    for asked in asks:
        records = pages(get, path, limit=200, **asked)
        document = linked(client, path, **asked)
        nodes = document["@graph"]
        assert len(nodes) == len(records)
        assert [untold(*pair) for pair in zip(records, nodes, strict=True)] == [[]] * len(nodes)
        expanded = expand(document)
        # Expansion leaves out a lone node's graph; here are always ids, so they stay in order.
        assert [each["@id"] for each in expanded] == [BASE[:-1] + each["@id"] for each in nodes]
        assert [lost(*pair) for pair in zip(nodes, expanded, strict=True)] == [[]] * len(nodes)


@pytest.mark.parametrize("path", LISTS)
def test_every_node_can_be_asked_for(client: TestClient, path: str) -> None:
    for node in expand(linked(client, path, limit=3)):
        address = node["@id"].removeprefix(BASE[:-1])
        detail = client.get(address)
        assert detail.status_code == 200, address
        if path == "/v1/facts":
            assert node["@type"] == [f"{RDF}Statement"]
        else:
            assert node[f"{SCHEMA}name"] == [{"@value": detail.json()["name"]}]
            assert node[f"{SCHEMA}identifier"] == [{"@value": detail.json()["id"]}]


def test_the_context_inside_is_the_one_served(client: TestClient, get: Get) -> None:
    served = get("/v1/context")["@context"]
    for path in LISTS:
        assert linked(client, path, limit=1)["@context"] == served
    assert served == CONTEXT


def test_an_empty_list_is_an_empty_graph(client: TestClient) -> None:
    document = linked(client, "/v1/companies", city="nowhere")
    assert document["@graph"] == []
    assert expand(document) == []


@pytest.mark.parametrize("path", LISTS)
def test_rdflib_reads_it(client: TestClient, get: Get, path: str) -> None:
    graph = graph_of(client, path)
    subjects = {str(each) for each in graph.subjects() if isinstance(each, URIRef)}
    for item in pages(get, path, limit=200):
        assert (
            f"{BASE.rstrip('/')}{path}/{item['id']}".replace("/officials/", "/people/") in subjects
        )


def test_companies_are_found_by_their_city(client: TestClient, get: Get) -> None:
    found = graph_of(client, "/v1/companies").query(
        "SELECT ?name WHERE { ?company a schema:Organization ; schema:name ?name ;"
        f" schema:location <{BASE}v1/places/omsk> }}",
        initNs={"schema": SCHEMA},
    )
    names = {str(row[0]) for row in found}  # type: ignore[index]
    assert names == {item["name"] for item in get("/v1/companies", city="omsk")["items"]}
    assert names


def test_the_words_are_found_by_their_selectors(client: TestClient, get: Get) -> None:
    # The paths are walked from the evidence on; rdflib takes minutes for the same as one pattern.
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


def test_offsets_and_dates_have_their_types(client: TestClient) -> None:
    starts = list(
        graph_of(client, "/v1/facts").objects(None, URIRef("http://www.w3.org/ns/oa#start"))
    )
    number = URIRef("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
    assert {each.datatype for each in starts if isinstance(each, Literal)} == {number}
    dates = list(graph_of(client, "/v1/events").objects(None, URIRef(f"{OWN}edtf")))
    edtf = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
    assert Literal("XXXX-10-14", datatype=edtf) in dates


@pytest.mark.parametrize("name", PREDICATES)
def test_a_predicate_is_no_word_of_the_statement(name: str) -> None:
    """A predicate that is named like a part of the statement must not mean that part."""
    statement = {"@id": "/v1/facts/0", "@type": "Statement", "predicate": name}
    (node,) = expand({"@context": CONTEXT, "@graph": [statement]})
    (predicate,) = node[f"{RDF}predicate"]
    assert ":" in predicate["@id"]
    assert not predicate["@id"].startswith(RDF)


@pytest.mark.parametrize("path", LISTS)
def test_fields_leave_every_node_its_id(client: TestClient, path: str) -> None:
    field = "value" if path == "/v1/facts" else "name"
    whole = linked(client, path)["@graph"]
    trimmed = linked(client, path, fields=field)["@graph"]
    for node, full in zip(trimmed, whole, strict=True):
        assert (node["@id"], node["@type"]) == (full["@id"], full["@type"])
        assert node.get(field) == full.get(field)


def test_what_fails_at_once_is_an_error(client: TestClient) -> None:
    response = client.get("/v1/companies", params={"format": "jsonld", "cursor": "abc"})
    assert response.status_code == 422
