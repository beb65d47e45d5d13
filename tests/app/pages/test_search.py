"""The page of the search: the hits of the API, with what was found marked."""

import pytest
from fastapi.testclient import TestClient

from app.domain.vocabulary import KINDS
from tests.app.pages import Element, parse
from tests.helpers import StatementCounter


def page_of(client: TestClient, path: str = "/search", **parameters: object) -> Element:
    """Return a parsed page."""
    response = client.get(path, params=dict(parameters) or None)  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    return parse(response.text)


def hits(page: Element) -> list[Element]:
    """Return the hits of a page."""
    return page.one("ol").all("li") if page.all("ol") else []


@pytest.mark.parametrize("question", ["омск", "Dvorakovsky", "кокс", "25 предприятий", "миссия"])
def test_the_hits_are_those_of_the_api(client: TestClient, question: str) -> None:
    page = page_of(client, q=question, limit=200)
    items = client.get("/v1/search", params={"q": question, "limit": 200}).json()["items"]
    assert items
    for hit, item in zip(hits(page), items, strict=True):
        link = hit.all("a")[0]
        assert link.text == item["name"]
        assert link.attributes["href"] == item["href"].removeprefix("/v1")
        assert KINDS[item["kind"]].label.ru in hit.one("small").text
        snippet = item["snippet"]
        assert snippet["text"] in hit.text
        marked = [snippet["text"][each["start"] : each["end"]] for each in snippet["highlights"]]
        assert [each.text for each in hit.all("mark")] == marked
        facts = [each for each in hit.all("a") if "/facts/" in each.attributes["href"]]
        expected = [f"/facts/{snippet['fact']}"] if snippet["fact"] else []
        assert [each.attributes["href"] for each in facts] == expected


def test_only_printed_words_stand_in_quotation_marks(client: TestClient) -> None:
    found = hits(page_of(client, q="омск"))
    for field, is_quote in (("Город:", False), ("Слова документа:", True)):
        of_field = [each for each in found if field in each.text]
        assert of_field
        assert {bool(each.all("q")) for each in of_field} == {is_quote}


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20%20", "?kind=company"])
def test_without_words_there_is_the_form_alone(client: TestClient, query: str) -> None:
    page = page_of(client, f"/search{query}")
    assert page.one("form", role="search").one("input", name="q").attributes["value"] == ""
    assert not hits(page)
    assert "не найдено" not in page.text


def test_the_form_keeps_words_and_kinds(client: TestClient) -> None:
    form = page_of(client, "/search?q=омск&kind=place&kind=event").one("form", role="search")
    assert form.one("input", name="q").attributes["value"] == "омск"
    kinds = [each.attributes["value"] for each in form.all("input", name="kind")]
    assert kinds == ["place", "event"]


def test_the_kinds_are_links_that_filter(client: TestClient) -> None:
    page = page_of(client, "/search?q=омск&kind=place")
    links = page.one("nav", **{"aria-label": "Где искать"}).all("a")
    assert [each.text for each in links if "aria-current" in each.attributes] == ["места"]
    everywhere, *by_kind = links
    for kind, link in zip(KINDS, by_kind, strict=True):
        found = hits(page_of(client, link.attributes["href"]))
        data = client.get("/v1/search", params={"q": "омск", "kind": kind}).json()
        assert len(found) == data["total"]
    assert "kind" not in everywhere.attributes["href"]


def test_the_pages_lead_through_all_hits_and_back(client: TestClient) -> None:
    href, names = "/search?q=омск&limit=7", []
    while href:
        page = page_of(client, href)
        names += [each.all("a")[0].text for each in hits(page)]
        assert len(page.all("a", rel="first")) == (len(names) > 7)
        href = "".join(each.attributes["href"] for each in page.all("a", rel="next"))
    data = client.get("/v1/search?q=омск&limit=200").json()["items"]
    assert names == [each["name"] for each in data]


def test_a_correction_is_said_and_its_pages_go_on(client: TestClient) -> None:
    data = client.get("/v1/search?q=казнергокабель").json()
    assert data["did_you_mean"]
    page = page_of(client, "/search?q=казнергокабель")
    assert f"Показаны результаты для «{data['did_you_mean']}»" in page.text
    assert len(hits(page)) == data["total"]


def test_nothing_found_is_said_with_what_can_be_tried(client: TestClient) -> None:
    page = page_of(client, "/search?q=слонопотам&kind=place")
    assert "По запросу «слонопотам» ничего не найдено" in page.text
    assert "/search?q=%D1%81%D0%BB%D0%BE%D0%BD%D0%BE%D0%BF%D0%BE%D1%82%D0%B0%D0%BC" in [
        each.attributes["href"] for each in page.one("main").all("a")
    ]


def test_the_number_of_statements_does_not_grow_with_the_page(
    client: TestClient, statements: StatementCounter
) -> None:
    counts = []
    for limit in (36, 200):
        page_of(client, q="омск", limit=limit)
        statements.seen.clear()
        page_of(client, q="омск", limit=limit)
        counts.append(len(statements.seen))
    assert counts[0] == counts[1] <= 10


def test_the_data_is_linked(client: TestClient) -> None:
    page = page_of(client, "/search?q=омск&kind=place")
    href = page.one("link", rel="alternate").attributes["href"]
    assert client.get(href).json()["total"] == len(hits(page))
