"""The page of a document: the exact text, the marks of each fact, and its notes."""

import gzip
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app.http.context import revision_of
from tests.app.api import serve, walk
from tests.app.pages import Element, parse
from tests.databases import Databases
from tests.helpers import StatementCounter, value_fact, write_documents
from tests.seed.test_seed import write

Json = dict[str, Any]
Get = Callable[..., Json]

DOCUMENT = "omsk-days-pavlodar"
PAGE = f"/documents/{DOCUMENT}"


def page_of(client: TestClient, path: str = PAGE) -> Element:
    """Return a parsed page."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    return parse(response.text)


def text_of(page: Element) -> str:
    """Return the text that the segments of a page make, without the links to notes."""
    return "".join(
        each if isinstance(each, str) else "" if each.tag == "a" else text_of(each)
        for each in page.children
    )


def printed(page: Element) -> str:
    """Return the document's text as a page has it."""
    return "".join(text_of(paragraph) for paragraph in page.one("article").all("p"))


@pytest.fixture(scope="module")
def facts(client: TestClient) -> list[Json]:
    """Return the facts of the document."""
    return list(walk(client, "/v1/facts", document=DOCUMENT))


def test_the_segments_are_the_text_exactly(client: TestClient) -> None:
    text = client.get(f"/v1{PAGE}/text").content.decode()
    assert printed(page_of(client)) == text


MARK = re.compile(r'<mark id="c(\d+)" class="([^"]*)"[^>]*>([^<]*)</mark>')
OPENED = re.compile(r'<details id="f\d+" class="on" open>.*?</details>', re.DOTALL)


def test_a_fact_marks_exactly_its_spans_and_opens_its_note(
    client: TestClient, facts: list[Json]
) -> None:
    for fact in facts:
        page = client.get(f"{PAGE}?fact={fact['id']}").text
        covered = {
            at
            for start, classes, text in MARK.findall(page)
            if "on" in classes.split()
            for at in range(int(start), int(start) + len(unescape(text)))
        }
        spans = [(span["start"], span["end"]) for span in fact["evidence"]]
        assert covered == {at for start, end in spans for at in range(start, end)}
        (opened,) = OPENED.findall(page)
        quotes = [each.text for each in parse(opened).all("q")]
        assert quotes == [span["exact"] for span in fact["evidence"]]


def test_every_fact_has_a_note_with_its_quotes_and_links(
    client: TestClient, facts: list[Json]
) -> None:
    page = page_of(client)
    ids = {mark.attributes["id"] for mark in page.one("article").all("mark")}
    notes = [each for each in page.all("details") if each.attributes["id"].startswith("f")]
    links = {
        tuple(link.attributes["href"] for link in note.one("ul").all("a")): note for note in notes
    }
    assert len(links) == len(facts)
    for fact in facts:
        hrefs = tuple(f"{PAGE}?fact={fact['id']}#c{span['start']}" for span in fact["evidence"])
        note = links[hrefs]
        quotes = [each.text for each in note.one("ul").all("q")]
        assert quotes == [span["exact"] for span in fact["evidence"]]
        assert {href.rpartition("#")[2] for href in hrefs} <= ids
        if fact["reason"]:
            assert fact["reason"] in note.text
        for ref in (fact["object"], fact["attributed_to"]):
            if ref:
                targets = [link.attributes["href"] for link in note.all("a")]
                assert ref["href"].removeprefix("/v1") in targets


def test_a_sentence_leads_to_all_facts_that_it_proves(
    client: TestClient, facts: list[Json]
) -> None:
    page = page_of(client)
    for link in page.one("article").all("a"):
        group = page.one("section", id=link.attributes["href"][1:])
        elsewhere = [each for each in group.all("p") if "also" in each.classes]
        here = len(group.all("details")) + sum(len(each.all("a")) for each in elsewhere)
        assert here == int(link.text)
    # Whatever a fragment leads to is there, and once.
    ids = [each.attributes["id"] for each in everything(page) if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    fragments = [each.attributes["href"] for each in page.all("a")]
    assert {each[1:] for each in fragments if each.startswith("#")} <= set(ids)


def everything(element: Element) -> list[Element]:
    """Return all elements inside of one."""
    found = [each for each in element.children if isinstance(each, Element)]
    return found + [inner for each in found for inner in everything(each)]


def test_a_passage_shows_what_it_proves(client: TestClient, get: Get) -> None:
    page = page_of(client, f"{PAGE}?at=708,735")
    expected = get("/v1/facts", document=DOCUMENT, overlaps="708,735")["items"]
    opened = [each for each in page.all("details") if "on" in each.classes]
    assert len(opened) == len(expected)
    assert page.one("article").all("mark", id="c708")
    assert f"{PAGE}?at=708%2C735" in page.one("section", **{"aria-label": "Выбранное"}).text


def test_a_citation_has_words_offsets_revision_and_address(
    client: TestClient, get: Get, facts: list[Json]
) -> None:
    fact = facts[0]
    response = client.get(f"{PAGE}?fact={fact['id']}")
    cited = parse(response.text).one("section", **{"aria-label": "Выбранное"}).text
    span = fact["evidence"][0]
    assert span["exact"] in cited
    assert f"{span['start']}–{span['end']}" in cited
    assert f"{PAGE}?fact={fact['id']}" in cited
    assert get(f"/v1{PAGE}")["sha256"] in cited
    with client.app.state.database.read() as connection:  # type: ignore[attr-defined]
        found = revision_of(connection)
    assert found
    assert found[0] in cited


def test_a_page_links_its_data_and_nothing_of_another_host(client: TestClient) -> None:
    page = page_of(client)
    alternates = {each.attributes["href"] for each in page.all("link", rel="alternate")}
    assert alternates == {f"/v1{PAGE}", f"/v1{PAGE}/text"}
    for each in everything(page):
        for name in ("href", "src", "action"):
            assert not each.attributes.get(name, "").startswith(("http", "//"))
        assert not {"style", "onclick"} & each.attributes.keys()


def test_a_page_has_a_policy_that_allows_forms_alone(client: TestClient) -> None:
    page, data = client.get(PAGE), client.get(f"/v1{PAGE}")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "ru"
    policy = data.headers["content-security-policy"]
    assert page.headers["content-security-policy"] == policy.replace(
        "form-action 'none'", "form-action 'self'"
    )


def test_a_page_never_varies_by_accept(client: TestClient) -> None:
    page = client.get(PAGE, headers={"Accept": "application/json"})
    assert page.headers["content-type"].startswith("text/html")
    assert "accept" not in page.headers["vary"].lower().split(", ")


def test_a_fresh_copy_of_a_page_is_not_sent_again(client: TestClient) -> None:
    tag = client.get(PAGE).headers["etag"]
    assert client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304


def test_the_page_of_the_article_is_small(client: TestClient) -> None:
    body = client.get(PAGE).content
    assert len(gzip.compress(body, 6)) <= 30_000


def test_a_page_takes_three_statements_and_the_revision(
    client: TestClient, statements: StatementCounter
) -> None:
    page_of(client)
    assert len(statements.seen) == 4


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("fact=0000000000000000", 404),
        ("part=2", 404),
        ("at=3678,3679", 404),
        ("fact=x", 422),
        ("at=5,5", 422),
        ("at=99999999,99999999999", 422),
        ("part=0", 422),
        ("colour=red", 422),
    ],
)
def test_a_wrong_address_is_an_error(client: TestClient, query: str, status: int) -> None:
    assert client.get(f"{PAGE}?{query}").status_code == status


def test_an_unknown_document_is_not_found(client: TestClient) -> None:
    assert client.get("/documents/moskva").status_code == 404


def test_a_fact_leads_to_its_first_span(client: TestClient, facts: list[Json]) -> None:
    fact = facts[5]
    response = client.get(f"/facts/{fact['id']}")
    assert response.status_code == 302
    start = fact["evidence"][0]["start"]
    assert response.headers["location"] == f"{PAGE}?fact={fact['id']}#c{start}"
    for unknown in ("0" * 16, "x", "f" * 16):
        assert client.get(f"/facts/{unknown}").status_code == 404


def test_markup_in_data_is_text(databases: Databases, tmp_path: Path) -> None:
    title = '<script>alert(1)</script> & "имя"'
    value = "\"><img src=x onerror='alert(1)'>"
    text = f"{title}\r\n«{value}» &amp; 😀 конец."
    documents = write(
        tmp_path,
        text=text,
        document=yaml.safe_dump({"title": title, "language": "ru"}, allow_unicode=True),
        facts=yaml.safe_dump(
            {
                "places": {
                    "x": [
                        {"predicate": "name", "value": value, "quote": value},
                        {"predicate": "description", "value": "конец", "quote": "😀 конец"},
                    ]
                }
            },
            allow_unicode=True,
        ),
    )
    with databases.migrated() as url, serve(url, documents) as client:
        page = page_of(client, "/documents/doc")
        assert printed(page) == text
        assert title in page.one("title").text
        assert not page.all("img")
        script, data = page.all("script")
        assert script.attributes["src"] == "/pages.js"
        assert data.attributes["type"] == "application/ld+json"


def test_a_document_of_many_facts_comes_in_parts_of_two_megabytes_at_most(
    databases: Databases, tmp_path: Path
) -> None:
    lines = {
        f"x-{record}": [
            value_fact("name", f"Предприятие {record}"),
            *(value_fact("product", f"Изделие {number}") for number in range(9)),
        ]
        for record in range(500)
    }
    documents = write_documents(tmp_path, {"large": {"companies": lines}})
    with databases.migrated() as url, serve(url, documents) as client:
        text, part = "", 1
        while part:
            response = client.get(f"/documents/large?part={part}")
            assert len(response.content) <= 2_000_000
            page = parse(response.text)
            text += printed(page)
            part = part + 1 if page.all("a", rel="next") else 0
        assert text == client.get("/v1/documents/large/text").text
        last = client.get("/v1/facts?document=large&order=desc&limit=1").json()["items"][0]
        page = page_of(client, f"/documents/large?fact={last['id']}")
        assert [each for each in page.all("mark") if "on" in each.classes]


@pytest.fixture(scope="module")
def long_document(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Yield a client of a document in parts; its fact has spans in the first and the last."""
    sentence = "Слово за словом. "
    text = f"Омск. {sentence * 3000}Снова Омск здесь. Конец."
    facts = {
        "places": {
            "omsk": [{"predicate": "name", "value": "Омск", "quote": ["Омск. Слово", "Снова Омск"]}]
        }
    }
    documents = write(
        tmp_path_factory.mktemp("long"),
        text=text,
        document=yaml.safe_dump({"title": "Омск.", "language": "ru"}, allow_unicode=True),
        facts=yaml.safe_dump(facts, allow_unicode=True),
    )
    with databases.migrated() as url, serve(url, documents) as client:
        yield client


def test_every_link_into_the_text_leads_to_its_part(long_document: TestClient) -> None:
    fact = long_document.get("/v1/facts").json()["items"][0]
    for path in ("/places/omsk", f"/documents/doc?fact={fact['id']}", "/documents/doc?part=3"):
        page = page_of(long_document, path)
        targets = [each.attributes["href"] for each in page.one("main").all("a")]
        targets = [each for each in targets if "fact=" in each]
        assert targets
        for target in targets:
            address, _, fragment = target.partition("#")
            found = page_of(long_document, address)
            assert [each for each in everything(found) if each.attributes.get("id") == fragment]


def test_a_passage_of_many_parts_shows_the_first(long_document: TestClient) -> None:
    length = long_document.get("/v1/documents/doc").json()["length"]
    page = page_of(long_document, f"/documents/doc?at=0,{length}")
    assert len(page.one("main").text) < 30_000
    assert f"0–{length}" in page.one("section", **{"aria-label": "Выбранное"}).text
