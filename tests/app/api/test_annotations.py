"""Annotations: the pages have every fact once, on its words, and a JSON-LD processor reads them."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld  # type: ignore[import-untyped, unused-ignore]

from tests.app.api import serve, walk
from tests.helpers import StatementCounter
from tests.seed.test_seed import FACTS, TEXT, write

Json = dict[str, Any]
Get = Callable[..., Json]

DOCUMENT = "/v1/documents/omsk-days-pavlodar"
PATH = f"{DOCUMENT}/annotations"
CONTEXT = "http://www.w3.org/ns/anno.jsonld"
CONTEXT_LENGTH = 32


def pages(client: TestClient, path: str, **parameters: Any) -> Iterator[Json]:
    response = client.get(path, params=parameters)
    while True:
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/ld+json"
        page: Json = response.json()
        yield page
        if "next" not in page:
            return
        response = client.get(page["next"])


def check_targets(annotation: Json, text: str, path: str) -> None:
    """Check that every target of an annotation stands in the text, in its surroundings."""
    assert annotation["target"]
    for target in annotation["target"]:
        assert list(target) == ["type", "source", "selector"]
        assert (target["type"], target["source"]) == ("SpecificResource", path)
        position, quote = target["selector"]
        assert position["type"] == "TextPositionSelector"
        assert quote["type"] == "TextQuoteSelector"
        start, end = position["start"], position["end"]
        assert text[start:end] == quote["exact"] != ""
        assert text[max(0, start - CONTEXT_LENGTH) : start] == quote["prefix"]
        assert text[end : end + CONTEXT_LENGTH] == quote["suffix"]


def ranges(annotation: Json) -> list[tuple[int, int]]:
    return [
        (each["selector"][0]["start"], each["selector"][0]["end"]) for each in annotation["target"]
    ]


@pytest.fixture(scope="module")
def facts(client: TestClient) -> list[Json]:
    """Return all facts of the article."""
    return walk(client, "/v1/facts", document="omsk-days-pavlodar")


@pytest.mark.parametrize("limit", [50, 1, 93, 200])
def test_the_pages_have_every_fact_once(client: TestClient, facts: list[Json], limit: int) -> None:
    found = list(pages(client, PATH, limit=limit))
    assert len(found) == -(-279 // limit)
    assert all(len(page["items"]) == limit for page in found[:-1])
    annotations = [each for page in found for each in page["items"]]
    assert len(annotations) == 279
    assert [each["id"] for each in annotations] == [f"{PATH}#{fact['id']}" for fact in facts]
    assert [each["body"]["id"] for each in annotations] == [
        f"/v1/facts/{fact['id']}" for fact in facts
    ]


def test_an_annotation_is_its_fact_and_the_words_that_prove_it(
    client: TestClient, facts: list[Json]
) -> None:
    text = client.get(f"{DOCUMENT}/text").content.decode()
    annotations = [each for page in pages(client, PATH, limit=50) for each in page["items"]]
    for fact, annotation in zip(facts, annotations, strict=True):
        assert list(annotation) == ["id", "type", "motivation", "body", "target"]
        assert (annotation["type"], annotation["motivation"]) == ("Annotation", "describing")
        said = fact["value"] or fact["object"]["name"]
        assert annotation["body"] == {
            "id": f"/v1/facts/{fact['id']}",
            "type": "TextualBody",
            "value": f"{fact['subject']['name']}, {fact['predicate']}: {said}",
            "format": "text/plain",
        }
        assert client.get(annotation["body"]["id"]).json()["id"] == fact["id"]
        check_targets(annotation, text, f"{DOCUMENT}/text")
        assert ranges(annotation) == [(each["start"], each["end"]) for each in fact["evidence"]]


def test_a_page_says_what_it_is_of_and_where_the_next_is(client: TestClient) -> None:
    found = list(pages(client, PATH, limit=50))
    for page in found:
        assert page["@context"] == CONTEXT
        assert page["type"] == "AnnotationPage"
        assert page["partOf"] == {"id": PATH, "type": "AnnotationCollection", "total": 279}
        assert client.get(page["id"]).json() == page
    names = [page["id"] for page in found]
    assert len({PATH, *names}) == len(found) + 1
    # What leads from page to page is what the pages are called.
    assert [page["next"] for page in found[:-1]] == names[1:]
    assert names[0] == f"{PATH}?limit=50"
    first = client.get(PATH)
    assert first.json()["items"] == found[0]["items"]
    assert f'<{found[0]["next"]}>; rel="next"' in first.headers["link"]
    assert client.get(found[-1]["id"]).headers["link"] == f'<{PATH}>; rel="first"'


def test_an_unchanged_page_isnt_sent_again(client: TestClient) -> None:
    first = client.get(PATH)
    again = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(PATH).headers["content-type"] == "application/ld+json"


def test_the_statements_dont_grow_with_the_page(
    client: TestClient, statements: StatementCounter
) -> None:
    counts = set()
    for limit in (1, 200):
        statements.seen.clear()
        next(pages(client, PATH, limit=limit))
        counts.add(len(statements.seen))
    assert counts == {3}


@pytest.mark.parametrize(
    "slug",
    [
        "no-such-document",
        "sibir",
        "Омск",
        "document:omsk-days-pavlodar",
        ":omsk-days-pavlodar",
        "company:sibir",
        "x" * 500,
        "%00",
    ],
)
def test_an_unknown_document_has_no_annotations(client: TestClient, slug: str) -> None:
    response = client.get(f"/v1/documents/{slug}/annotations")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "201"),
        ("cursor", "abc"),
        ("cursor", ""),
        ("sort", "text_order"),
        ("document", "omsk-days-pavlodar"),
        ("format", "json"),
    ],
)
def test_a_bad_parameter_is_refused(client: TestClient, name: str, value: str) -> None:
    response = client.get(PATH, params={name: value})
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == [f"query.{name}"]


def test_a_cursor_of_the_facts_is_refused(client: TestClient) -> None:
    here = parse_qs(urlsplit(client.get(PATH, params={"limit": 5}).json()["next"]).query)["cursor"]
    assert client.get(PATH, params={"cursor": here}).status_code == 200
    for other in ("/v1/facts?limit=5", "/v1/facts?limit=5&document=omsk-days-pavlodar"):
        there = parse_qs(urlsplit(client.get(other).json()["next"]).query)["cursor"]
        assert client.get(PATH, params={"cursor": there}).status_code == 422
    assert client.get("/v1/facts", params={"cursor": here}).status_code == 422


@pytest.fixture
def two(tmp_path: Path, fresh_url: str) -> Iterator[TestClient]:
    """Yield a client over two documents that prove the same facts, and one each by itself."""
    documents = tmp_path / "documents"
    brand = "    - {predicate: brand, value: %s, quote: «Мир» из}\n"
    head = "companies:\n  sibir:\n"
    write(documents, "a", facts=FACTS.replace(head, head + brand % "А"))
    write(documents, "b", text=f"Вот. {TEXT}", facts=FACTS.replace(head, head + brand % "Б"))
    write(documents, "c", facts="{}")
    with serve(fresh_url, documents) as client:
        yield client


def test_only_this_documents_passages_are_marked(two: TestClient) -> None:
    marked: dict[str, dict[str, Json]] = {}
    for slug in "ab":
        path = f"/v1/documents/{slug}"
        text = two.get(f"{path}/text").content.decode()
        items = [
            each for page in pages(two, f"{path}/annotations", limit=2) for each in page["items"]
        ]
        for each in items:
            check_targets(each, text, f"{path}/text")
            assert each["id"].startswith(f"{path}/annotations#")
        marked[slug] = {each["body"]["value"]: each for each in items}
        assert len(items) == len(marked[slug]) == 6
    assert marked["a"].keys() ^ marked["b"].keys() == {"Сибирь, brand: А", "Сибирь, brand: Б"}
    for said in marked["a"].keys() & marked["b"].keys():
        one, other = marked["a"][said], marked["b"][said]
        assert one["body"] == other["body"]
        assert ranges(other) == [(start + 5, end + 5) for start, end in ranges(one)]
        fact = two.get(one["body"]["id"]).json()
        assert [each["document"]["id"] for each in fact["evidence"]] == ["a", "b"]


def test_a_cursor_of_another_document_is_refused(two: TestClient) -> None:
    following = two.get("/v1/documents/a/annotations?limit=2").json()["next"]
    cursor = parse_qs(urlsplit(following).query)["cursor"]
    for slug, status in (("a", 200), ("b", 422), ("c", 422)):
        response = two.get(f"/v1/documents/{slug}/annotations", params={"cursor": cursor})
        assert response.status_code == status
    problem = two.get("/v1/documents/b/annotations", params={"cursor": cursor}).json()
    assert [error["where"] for error in problem["errors"]] == ["query.cursor"]


def test_a_document_without_facts_has_an_empty_page(two: TestClient) -> None:
    (page,) = pages(two, "/v1/documents/c/annotations")
    assert (page["items"], page["partOf"]["total"]) == ([], 0)


OA = "http://www.w3.org/ns/oa#"
AS = "http://www.w3.org/ns/activitystreams#"
XSD = "http://www.w3.org/2001/XMLSchema#"
# The terms of the W3C's context that the pages use, as that context defines them.
TERMS: Json = {
    "oa": OA,
    "as": AS,
    "xsd": XSD,
    "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "id": {"@type": "@id", "@id": "@id"},
    "type": {"@type": "@id", "@id": "@type"},
    "Annotation": "oa:Annotation",
    "SpecificResource": "oa:SpecificResource",
    "TextualBody": "oa:TextualBody",
    "TextPositionSelector": "oa:TextPositionSelector",
    "TextQuoteSelector": "oa:TextQuoteSelector",
    "AnnotationCollection": "as:OrderedCollection",
    "AnnotationPage": "as:OrderedCollectionPage",
    "describing": "oa:describing",
    "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"},
    "body": {"@type": "@id", "@id": "oa:hasBody"},
    "target": {"@type": "@id", "@id": "oa:hasTarget"},
    "source": {"@type": "@id", "@id": "oa:hasSource"},
    "selector": {"@type": "@id", "@id": "oa:hasSelector"},
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": {"@type": "xsd:nonNegativeInteger", "@id": "oa:start"},
    "end": {"@type": "xsd:nonNegativeInteger", "@id": "oa:end"},
    "value": "rdf:value",
    "format": "dc:format",
    "items": {"@type": "@id", "@id": "as:items", "@container": "@list"},
    "next": {"@type": "@id", "@id": "as:next"},
    "partOf": {"@type": "@id", "@id": "as:partOf"},
    "total": {"@type": "xsd:nonNegativeInteger", "@id": "as:totalItems"},
}


def context_only(url: str, _options: Json) -> Json:
    """Load the one context that a page may name, and nothing from the net."""
    assert url == CONTEXT
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": {"@context": TERMS},
    }


def keys(value: object) -> Counter[str]:
    """Count the keys of JSON at every depth, those of JSON-LD's literals left out."""
    if isinstance(value, dict) and "@value" not in value:
        return sum(map(keys, value.values()), Counter(value.keys()))
    return sum(map(keys, value), Counter()) if isinstance(value, list) else Counter()


def targets(page: Json) -> list[Json]:
    """Return the targets of all annotations of a page."""
    return [target for annotation in page["items"] for target in annotation["target"]]


def iri(term: str) -> str:
    """Return what a term of the context stands for."""
    meaning = TERMS[term]
    name: str = meaning["@id"] if isinstance(meaning, dict) else meaning
    prefix, _, rest = name.partition(":")
    return f"{TERMS[prefix]}{rest}" if rest else name


@pytest.mark.parametrize("number", [0, -1])
def test_a_json_ld_processor_keeps_every_key(client: TestClient, number: int) -> None:
    page = list(pages(client, PATH, limit=50))[number]
    base = "https://example.org"
    options = {"documentLoader": context_only, "base": f"{base}{PATH}"}
    (expanded,) = jsonld.expand(page, options)
    sent = keys(page)
    assert sent.pop("@context") == 1
    understood = keys(expanded)
    references = sum(sent[term] for term in ("motivation", "next")) + len(targets(page))
    assert understood.pop("@id") == sent.pop("id") + references
    assert understood.pop("@list") == 1
    assert understood == {iri(term): count for term, count in sent.items()}
    # Every IRI is whole, and every type is one of the W3C's.
    (items,) = expanded[iri("items")]
    assert expanded["@id"] == f"{base}{page['id']}"
    assert expanded["@type"] == [f"{AS}OrderedCollectionPage"]
    for sent_item, item in zip(page["items"], items["@list"], strict=True):
        assert item["@id"] == f"{base}{sent_item['id']}"
        assert item["@type"] == [f"{OA}Annotation"]
        assert item[iri("motivation")] == [{"@id": f"{OA}describing"}]
        (body,) = item[iri("body")]
        assert body["@id"] == f"{base}{sent_item['body']['id']}"
        assert len(item[iri("target")]) == len(sent_item["target"])
        for target in item[iri("target")]:
            assert target[iri("source")] == [{"@id": f"{base}{DOCUMENT}/text"}]
            position, quote = target[iri("selector")]
            assert position["@type"] == [f"{OA}TextPositionSelector"]
            assert quote["@type"] == [f"{OA}TextQuoteSelector"]
            assert position[iri("start")][0]["@type"] == f"{XSD}nonNegativeInteger"


LENGTH = 3678
reads = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@reads
@given(data=st.data())
def test_overlaps_agrees_with_plain_python(
    client: TestClient, facts: list[Json], data: st.DataObject
) -> None:
    bounds = sorted(
        {at for fact in facts for e in fact["evidence"] for at in (e["start"], e["end"])}
    )
    offsets = st.sampled_from(bounds) | st.integers(0, LENGTH + 10)
    start = data.draw(offsets)
    end = data.draw(offsets.filter(lambda end: end > start) | st.integers(start + 1, start + 40))
    expected = [
        fact["id"]
        for fact in facts
        if any(each["start"] < end and each["end"] > start for each in fact["evidence"])
    ]
    found = walk(client, "/v1/facts", overlaps=f"{start},{end}")
    assert [fact["id"] for fact in found] == expected
    within = walk(client, "/v1/facts", overlaps=f"{start},{end}", document="omsk-days-pavlodar")
    assert within == found
    assert client.get("/v1/facts", params={"overlaps": f"{start},{end}"}).json()["total"] == len(
        expected
    )


def test_overlaps_with_a_document_means_its_own_passages(two: TestClient) -> None:
    everything = walk(two, "/v1/facts")
    for slug in "ab":
        for start in range(0, len(TEXT), 3):
            for end in (start + 1, start + 5):
                expected = [
                    fact["id"]
                    for fact in everything
                    if any(
                        each["document"]["id"] == slug
                        and each["start"] < end
                        and each["end"] > start
                        for each in fact["evidence"]
                    )
                ]
                found = walk(two, "/v1/facts", overlaps=f"{start},{end}", document=slug)
                assert [fact["id"] for fact in found] == expected
