"""Annotations: each fact appears once, targets its exact quotes, and is valid JSON-LD."""

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
BASE = "http://127.0.0.1:8000/"
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
    """Check that each target's quote, prefix and suffix match the text at its offsets."""
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
def test_the_pages_contain_each_fact_once(
    client: TestClient, facts: list[Json], limit: int
) -> None:
    found = list(pages(client, PATH, limit=limit))
    assert len(found) == -(-286 // limit)
    assert all(len(page["items"]) == limit for page in found[:-1])
    annotations = [each for page in found for each in page["items"]]
    assert len(annotations) == 286
    assert [each["id"] for each in annotations] == [f"{PATH}#{fact['id']}" for fact in facts]
    assert [each["body"]["id"] for each in annotations] == [
        f"/v1/facts/{fact['id']}" for fact in facts
    ]


def test_an_annotation_has_its_fact_as_body_and_the_evidence_as_targets(
    client: TestClient, facts: list[Json]
) -> None:
    text = client.get(f"{DOCUMENT}/text").content.decode()
    annotations = [each for page in pages(client, PATH, limit=50) for each in page["items"]]
    for fact, annotation in zip(facts, annotations, strict=True):
        assert list(annotation) == ["id", "type", "motivation", "body", "target"]
        assert (annotation["type"], annotation["motivation"]) == ("Annotation", "describing")
        value = fact["value"] or fact["object"]["name"]
        assert annotation["body"] == {
            "id": f"/v1/facts/{fact['id']}",
            "type": "TextualBody",
            "value": f"{fact['subject']['name']}, {fact['predicate']}: {value}",
            "format": "text/plain",
        }
        assert client.get(annotation["body"]["id"]).json()["id"] == fact["id"]
        check_targets(annotation, text, f"{DOCUMENT}/text")
        assert ranges(annotation) == [(each["start"], each["end"]) for each in fact["evidence"]]


def test_a_page_links_its_collection_and_the_next_page(client: TestClient) -> None:
    found = list(pages(client, PATH, limit=50))
    for page in found:
        assert page["@context"] == [CONTEXT, {"@base": BASE}]
        assert page["type"] == "AnnotationPage"
        assert page["partOf"] == {"id": PATH, "type": "AnnotationCollection", "total": 286}
        assert client.get(page["id"]).json() == page
    page_ids = [page["id"] for page in found]
    assert len({PATH, *page_ids}) == len(found) + 1
    # A page has one address: `next` of the page before must equal its id.
    assert [page["next"] for page in found[:-1]] == page_ids[1:]
    assert page_ids[0] == f"{PATH}?limit=50"
    first = client.get(PATH)
    assert first.json()["items"] == found[0]["items"]
    assert f'<{found[0]["next"]}>; rel="next"' in first.headers["link"]
    assert client.get(found[-1]["id"]).headers["link"] == f'<{PATH}>; rel="first"'


def test_an_unchanged_page_is_not_modified(client: TestClient) -> None:
    first = client.get(PATH)
    again = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(PATH).headers["content-type"] == "application/ld+json"


def test_the_statement_count_is_independent_of_the_page_size(
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
def test_annotations_of_an_unknown_document_are_not_found(client: TestClient, slug: str) -> None:
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
def test_an_invalid_parameter_is_rejected(client: TestClient, name: str, value: str) -> None:
    response = client.get(PATH, params={name: value})
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == [f"query.{name}"]


def test_a_cursor_of_the_list_of_facts_is_rejected(client: TestClient) -> None:
    own_cursor = parse_qs(urlsplit(client.get(PATH, params={"limit": 5}).json()["next"]).query)[
        "cursor"
    ]
    assert client.get(PATH, params={"cursor": own_cursor}).status_code == 200
    for path in ("/v1/facts?limit=5", "/v1/facts?limit=5&document=omsk-days-pavlodar"):
        facts_cursor = parse_qs(urlsplit(client.get(path).json()["next"]).query)["cursor"]
        assert client.get(PATH, params={"cursor": facts_cursor}).status_code == 422
    assert client.get("/v1/facts", params={"cursor": own_cursor}).status_code == 422


@pytest.fixture
def documents_client(tmp_path: Path, fresh_url: str) -> Iterator[TestClient]:
    """Yield a client over ``a`` and ``b``, which differ in one fact, and ``c`` without facts."""
    documents = tmp_path / "documents"
    brand = "    - {predicate: brand, value: %s, quote: «Мир» из}\n"
    head = "companies:\n  sibir:\n"
    write(documents, "a", facts=FACTS.replace(head, head + brand % "А"))
    write(documents, "b", text=f"Вот. {TEXT}", facts=FACTS.replace(head, head + brand % "Б"))
    write(documents, "c", facts="{}")
    with serve(fresh_url, documents) as client:
        yield client


def test_annotations_target_only_their_own_document(documents_client: TestClient) -> None:
    annotations: dict[str, dict[str, Json]] = {}
    for slug in "ab":
        path = f"/v1/documents/{slug}"
        text = documents_client.get(f"{path}/text").content.decode()
        items = [
            each
            for page in pages(documents_client, f"{path}/annotations", limit=2)
            for each in page["items"]
        ]
        for each in items:
            check_targets(each, text, f"{path}/text")
            assert each["id"].startswith(f"{path}/annotations#")
        annotations[slug] = {each["body"]["value"]: each for each in items}
        assert len(items) == len(annotations[slug]) == 6
    assert annotations["a"].keys() ^ annotations["b"].keys() == {
        "Сибирь, brand: А",
        "Сибирь, brand: Б",
    }
    for value in annotations["a"].keys() & annotations["b"].keys():
        first, second = annotations["a"][value], annotations["b"][value]
        assert first["body"] == second["body"]
        assert ranges(second) == [(start + 5, end + 5) for start, end in ranges(first)]
        fact = documents_client.get(first["body"]["id"]).json()
        assert [each["document"]["id"] for each in fact["evidence"]] == ["a", "b"]


def test_a_cursor_of_another_document_is_rejected(documents_client: TestClient) -> None:
    next_page = documents_client.get("/v1/documents/a/annotations?limit=2").json()["next"]
    cursor = parse_qs(urlsplit(next_page).query)["cursor"]
    for slug, status in (("a", 200), ("b", 422), ("c", 422)):
        response = documents_client.get(
            f"/v1/documents/{slug}/annotations", params={"cursor": cursor}
        )
        assert response.status_code == status
    problem = documents_client.get("/v1/documents/b/annotations", params={"cursor": cursor}).json()
    assert [error["where"] for error in problem["errors"]] == ["query.cursor"]


def test_a_document_without_facts_has_an_empty_page(documents_client: TestClient) -> None:
    (page,) = pages(documents_client, "/v1/documents/c/annotations")
    assert (page["items"], page["partOf"]["total"]) == ([], 0)


OA = "http://www.w3.org/ns/oa#"
AS = "http://www.w3.org/ns/activitystreams#"
XSD = "http://www.w3.org/2001/XMLSchema#"
# The part of the W3C's context that the pages use: tests have no network to load it.
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


def load_context(url: str, _options: Json) -> Json:
    """Return the W3C's context without network access; any other URL fails."""
    assert url == CONTEXT
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": {"@context": TERMS},
    }


def keys(value: object) -> Counter[str]:
    """Count the keys of JSON at every depth, without those of JSON-LD's value objects."""
    if isinstance(value, dict) and "@value" not in value:
        return sum(map(keys, value.values()), Counter(value.keys()))
    return sum(map(keys, value), Counter()) if isinstance(value, list) else Counter()


def targets(page: Json) -> list[Json]:
    """Return the targets of all annotations of a page."""
    return [target for annotation in page["items"] for target in annotation["target"]]


def iri(term: str) -> str:
    """Return the IRI that the context gives a term."""
    meaning = TERMS[term]
    name: str = meaning["@id"] if isinstance(meaning, dict) else meaning
    prefix, _, rest = name.partition(":")
    return f"{TERMS[prefix]}{rest}" if rest else name


@pytest.mark.parametrize("number", [0, -1])
def test_expansion_preserves_every_key(client: TestClient, number: int) -> None:
    page = list(pages(client, PATH, limit=50))[number]
    base = BASE.rstrip("/")
    options = {"documentLoader": load_context, "base": f"{base}{PATH}"}
    (expanded,) = jsonld.expand(page, options)
    sent_keys = keys(page)
    assert (sent_keys.pop("@context"), sent_keys.pop("@base")) == (1, 1)
    expanded_keys = keys(expanded)
    references = sum(sent_keys[term] for term in ("motivation", "next")) + len(targets(page))
    assert expanded_keys.pop("@id") == sent_keys.pop("id") + references
    assert expanded_keys.pop("@list") == 1
    assert expanded_keys == {iri(term): count for term, count in sent_keys.items()}
    # Equal counts of keys don't prove that the IRIs have the right base and vocabulary.
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
read_only = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@read_only
@given(data=st.data())
def test_overlaps_matches_a_filter_in_python(
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


def test_overlaps_with_a_document_applies_to_its_own_spans(documents_client: TestClient) -> None:
    all_facts = walk(documents_client, "/v1/facts")
    for slug in "ab":
        for start in range(0, len(TEXT), 3):
            for end in (start + 1, start + 5):
                expected = [
                    fact["id"]
                    for fact in all_facts
                    if any(
                        each["document"]["id"] == slug
                        and each["start"] < end
                        and each["end"] > start
                        for each in fact["evidence"]
                    )
                ]
                found = walk(
                    documents_client, "/v1/facts", overlaps=f"{start},{end}", document=slug
                )
                assert [fact["id"] for fact in found] == expected
