"""The graph: networkx parses both formats, and their content matches the lists."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx  # type: ignore[import-untyped, unused-ignore]
import pytest
from fastapi.testclient import TestClient

from app.domain.vocabulary import PREDICATES, SUBJECTS
from tests.app.api import serve, walk
from tests.helpers import WITH_FACTS, StatementCounter
from tests.seed.test_seed import write

Json = dict[str, Any]
Get = Callable[..., Json]

GRAPHML = "application/graphml+xml"
RELATIONS = [name for name, each in PREDICATES.items() if each.objects]


def from_json(client: TestClient, **parameters: Any) -> Any:
    """Return the graph that networkx parses from its JSON."""
    response = client.get("/v1/graph", params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return nx.node_link_graph(response.json(), edges="links")


def from_graphml(client: TestClient, **parameters: Any) -> Any:
    """Return the graph that networkx parses from its GraphML."""
    response = client.get("/v1/graph", params={**parameters, "format": "graphml"})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == GRAPHML
    return nx.read_graphml(io.BytesIO(response.content), force_multigraph=True)


def nodes(graph: Any) -> dict[str, Json]:
    return dict(graph.nodes(data=True))


def edges(graph: Any) -> dict[str, tuple[str, str, Json]]:
    found = list(graph.edges(keys=True, data=True))
    by_key = {key: (source, target, data) for source, target, key, data in found}
    assert len(by_key) == len(found)
    return by_key


def node_id(record: Json) -> str:
    return f"{record['kind']}:{record['id']}"


def links_of(facts: list[Json]) -> dict[str, tuple[str, str, Json]]:
    """Return the links of the facts that have an object, by fact id."""
    return {
        fact["id"]: (
            node_id(fact["subject"]),
            node_id(fact["object"]),
            {"predicate": fact["predicate"], "support": fact["support"]},
        )
        for fact in facts
        if fact["object"]
    }


@pytest.fixture(scope="module")
def facts(client: TestClient) -> list[Json]:
    """Return all facts of the article."""
    return walk(client, "/v1/facts")


@pytest.fixture(scope="module")
def records(get: Get) -> dict[str, Json]:
    """Return the expected node of every record, by kind and id."""
    return {
        node_id(item): {
            "kind": item["kind"],
            "label": item["name"],
            "href": f"{path}/{item['id']}",
        }
        for path in WITH_FACTS
        if path != "/v1/officials"
        for item in get(path, limit=200)["items"]
    }


@pytest.mark.parametrize("read", [from_json, from_graphml])
def test_the_graph_has_every_record_as_node_and_every_relation_as_link(
    client: TestClient, facts: list[Json], records: dict[str, Json], read: Callable[..., Any]
) -> None:
    graph = read(client)
    assert graph.is_directed()
    assert graph.is_multigraph()
    assert len(graph) == 48
    assert nodes(graph) == records
    assert edges(graph) == links_of(facts)
    assert len(edges(graph)) > 48


def test_nodes_and_links_have_a_stable_order(get: Get, facts: list[Json]) -> None:
    graph = get("/v1/graph")
    assert list(graph) == ["directed", "multigraph", "nodes", "links"]
    kinds = [tuple(node["id"].split(":")) for node in graph["nodes"]]
    assert kinds == sorted(kinds)
    assert [link["key"] for link in graph["links"]] == list(links_of(facts))


def filtered(
    facts: list[Json], records: dict[str, Json], kinds: list[str], predicates: list[str]
) -> tuple[set[str], dict[str, tuple[str, str, Json]]]:
    """Return the nodes and links that match the filters, computed in plain Python."""
    links = {
        key: link
        for key, link in links_of(facts).items()
        if (not predicates or link[2]["predicate"] in predicates)
        and (not kinds or {end.partition(":")[0] for end in link[:2]} <= set(kinds))
    }
    ends = {end for link in links.values() for end in link[:2]}
    matching = {
        each
        for each, record in records.items()
        if (not kinds or record["kind"] in kinds) and (not predicates or each in ends)
    }
    return matching, links


FILTERS: list[tuple[list[str], list[str]]] = [
    *[([str(kind)], list[str]()) for kind in SUBJECTS],
    *[(list[str](), [predicate]) for predicate in RELATIONS],
    (["company", "place"], []),
    (["place", "company", "place"], []),
    (list(SUBJECTS), []),
    ([], ["city", "parent"]),
    ([], ["city", "city"]),
    ([], RELATIONS),
    (["company", "place"], ["city"]),
    (["company"], ["city"]),
    (["event", "company", "person"], ["exhibitor", "host", "head"]),
    (["event", "place"], ["parent", "team"]),
    (["quotation"], ["mention"]),
    (["event", "organization"], ["venue"]),
]


@pytest.mark.parametrize("read", [from_json, from_graphml])
@pytest.mark.parametrize(("kinds", "predicates"), FILTERS)
def test_filters_return_only_links_with_both_nodes(
    client: TestClient,
    facts: list[Json],
    records: dict[str, Json],
    read: Callable[..., Any],
    kinds: list[str],
    predicates: list[str],
) -> None:
    graph = read(client, kind=kinds, predicate=predicates)
    matching, links = filtered(facts, records, kinds, predicates)
    assert nodes(graph) == {each: records[each] for each in matching}
    assert edges(graph) == links
    if predicates:
        assert not list(nx.isolates(graph))


def test_a_predicate_without_links_returns_an_empty_graph(client: TestClient, get: Get) -> None:
    unused = [each for each in RELATIONS if not get("/v1/graph", predicate=each)["links"]]
    for parameters in ({"predicate": unused[0]}, {"kind": "company", "predicate": "speaker"}):
        assert get("/v1/graph", **parameters) == {
            "directed": True,
            "multigraph": True,
            "nodes": [],
            "links": [],
        }
        assert len(from_graphml(client, **parameters)) == 0


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("kind", "document"),
        ("kind", "companies"),
        ("kind", ""),
        ("predicate", "name"),
        ("predicate", "nonsense"),
        ("format", "csv"),
        ("format", "xml"),
        ("limit", "1"),
    ],
)
def test_an_invalid_parameter_is_rejected(client: TestClient, parameter: str, value: str) -> None:
    response = client.get("/v1/graph", params={parameter: value})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["where"].startswith(f"query.{parameter}")


def test_format_is_single_and_a_filter_takes_50_values(client: TestClient) -> None:
    assert client.get("/v1/graph?format=json&format=graphml").status_code == 422
    assert client.get("/v1/graph", params={"kind": ["place"] * 51}).status_code == 422
    assert client.get("/v1/graph", params={"kind": ["place"] * 50}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "file_format"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        (GRAPHML, "graphml"),
        ("Application/GraphML+XML", "graphml"),
        (f"{GRAPHML}, application/json;q=0.9", "graphml"),
        (f"{GRAPHML};q=0.5, application/json;q=0.9", "json"),
        (f"{GRAPHML}, */*;q=0.1", "graphml"),
        (f"{GRAPHML};q=0, */*", "json"),
        ("application/json;q=0, */*", "graphml"),
        ("application/*", "json"),
        ("text/csv", "json"),
    ],
)
def test_accept_selects_the_format(client: TestClient, accept: str, file_format: str) -> None:
    response = client.get("/v1/graph", headers={"Accept": accept})
    assert response.headers["content-type"] == {"json": "application/json"}.get(
        file_format, GRAPHML
    )
    assert response.headers["content-disposition"] == f'attachment; filename="graph.{file_format}"'
    assert "Accept" in response.headers["vary"].split(", ")
    requested = client.get(f"/v1/graph?format={file_format}", headers={"Accept": "x/y"})
    assert requested.headers["content-type"] == response.headers["content-type"]
    assert requested.content == response.content


def test_an_unchanged_graph_is_not_modified(client: TestClient) -> None:
    tags = set()
    for query in ("", "?format=graphml", "?kind=place", "?predicate=city"):
        first = client.get(f"/v1/graph{query}")
        tags.add(first.headers["etag"])
        for condition in (
            {"If-None-Match": first.headers["etag"]},
            {"If-None-Match": "*"},
            {"If-Modified-Since": first.headers["last-modified"]},
        ):
            again = client.get(f"/v1/graph{query}", headers=condition)
            assert again.status_code == 304
            assert again.content == b""
            assert again.headers["etag"] == first.headers["etag"]
        assert client.get(f"/v1/graph{query}", headers={"If-None-Match": '"x"'}).content
        head = client.head(f"/v1/graph{query}")
        assert (head.status_code, head.content) == (200, b"")
        for header in ("etag", "content-type", "content-disposition"):
            assert head.headers[header] == first.headers[header]
    # Accept selects another representation of the same path, which needs its own tag.
    other = client.get("/v1/graph", headers={"Accept": GRAPHML})
    tags.add(other.headers["etag"])
    assert len(tags) == 5


def test_the_statement_count_is_independent_of_the_graphs_size(
    get: Get, statements: StatementCounter
) -> None:
    counts = set()
    for parameters in ({}, {"kind": "quotation"}, {"predicate": "city"}):
        statements.seen.clear()
        get("/v1/graph", **parameters)
        counts.add(len(statements.seen))
    assert counts == {3}


MARKS = "<>&\"'"
BLANKS = "\t\n\r"
NAMES = {
    "marks": f"{MARKS} ]]> <![CDATA[ &amp; <!-- --> </data>",
    "blanks": f"а{BLANKS}б\r\nв\rг",
    "others": "а\u2028\U0001f600 \U0010fffd",
}


def facts_file(names: dict[str, str]) -> str:
    """Return a facts file with these names; YAML's double quotes can escape any character."""
    escaped = {
        slug: "".join(f"\\U{ord(mark):08x}" for mark in text) for slug, text in names.items()
    }
    return "places:\n" + "".join(
        f"  {slug}:\n"
        f'    - {{predicate: name, value: "{text}", quote: Глава Омска}}\n'
        f"    - {{predicate: sister_city, object: place/marks, quote: Глава Омска}}\n"
        for slug, text in escaped.items()
    )


def test_any_name_makes_well_formed_xml(tmp_path: Path, fresh_url: str) -> None:
    documents = write(tmp_path / "documents", facts=facts_file(NAMES))
    with serve(fresh_url, documents) as client:
        json_nodes = nodes(from_json(client))
        assert {each["label"] for each in json_nodes.values()} == set(NAMES.values())
        ElementTree.fromstring(client.get("/v1/graph?format=graphml").content)  # noqa: S314
        graph = from_graphml(client)
        assert edges(graph) == edges(from_json(client))
        found = {each: data["label"] for each, data in graph.nodes(data=True)}
        assert found == {f"place:{slug}": text for slug, text in NAMES.items()}


def test_a_database_without_records_has_an_empty_graph(tmp_path: Path, fresh_url: str) -> None:
    with serve(fresh_url, write(tmp_path / "documents", facts="{}")) as client:
        assert len(from_json(client)) == len(from_graphml(client)) == 0
