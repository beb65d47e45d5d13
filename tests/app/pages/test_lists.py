"""The pages of lists: their rows, filters, sorts, pages and downloads are those of the API."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app import registry
from app.domain.vocabulary import COLLECTIONS, PREDICATES, TYPES
from app.main import create_app
from app.pages import lists, tables, words
from app.pages.filters import MAX_VALUES
from app.settings import Settings
from tests.app.api import serve, walk
from tests.app.pages import Element, parse
from tests.databases import Databases
from tests.helpers import (
    LISTS,
    Client,
    StatementCounter,
    relation_fact,
    value_fact,
    write_documents,
)
from tests.seed.test_seed import write

Json = dict[str, Any]
Get = Callable[..., Json]

PAGES = {path: path.removeprefix("/v1") for path in LISTS}
WORDS = {"/v1/documents": "миссия", "/v1/places": "казахстан", "/v1/quotations": "павлодар"}


def page_of(client: TestClient, path: str, **parameters: Any) -> Element:
    """Return a parsed page."""
    response = client.get(path, params=parameters or None)
    assert response.status_code == 200, response.text
    return parse(response.text)


def rows(page: Element) -> list[Element]:
    """Return the rows of the table of a page."""
    return page.one("tbody").all("tr") if page.all("table") else []


def headings(page: Element) -> list[Element]:
    """Return the links of the rows' headings."""
    return [row.one("th").one("a") for row in rows(page)]


def hrefs(element: Element, **attributes: str) -> list[str]:
    """Return the targets of the links inside of an element."""
    return [each.attributes["href"] for each in element.all("a", **attributes)]


def shown_record(item: Json) -> Json:
    """Return the record that the heading of an item's row leads to: of a fact its subject."""
    return item["subject"] if "predicate" in item else item


def facets(page: Element) -> Element:
    """Return the facets of a page."""
    return page.one("nav", **{"aria-labelledby": "facets"})


def total(page: Element) -> int:
    """Return the number of rows that the download names."""
    (text,) = [each.text for each in page.all("a") if each.text.startswith("CSV")]
    return int(text.removeprefix("CSV, ").split("\u00a0")[0])


@pytest.mark.parametrize("path", LISTS)
def test_a_page_has_the_records_of_the_list(client: TestClient, path: str) -> None:
    page = page_of(client, PAGES[path], limit=200)
    items = walk(client, path)[:200]
    assert total(page) == client.get(path).json()["total"]
    assert page.one("h1").text == words.LIST_NAMES[path].title.capitalize()
    assert len(rows(page)) == len(items)
    expected = [shown_record(each) for each in items]
    targets = [f"/{COLLECTIONS[each['kind']]}/{each['id']}" for each in expected]
    assert [each.attributes["href"] for each in headings(page)] == targets
    assert [each.text for each in headings(page)] == [each["name"] for each in expected]
    columns = len(page.one("thead").all("th"))
    assert columns == len(tables.COLUMNS[path])
    assert all(len(row.all("th") + row.all("td")) == columns for row in rows(page))


@pytest.mark.parametrize("path", LISTS)
def test_a_page_and_its_data_lead_to_one_another(client: TestClient, path: str) -> None:
    page = page_of(client, PAGES[path], sort="text_order", limit=2)
    (alternate,) = page.all("link", rel="alternate", type="application/json")
    assert alternate.attributes["href"] in hrefs(page.one("footer"))
    data = client.get(alternate.attributes["href"]).json()
    shown = [shown_record(each)["name"] for each in data["items"]]
    assert shown == [each.text for each in headings(page)]


def test_a_page_has_the_headers_of_pages(client: TestClient) -> None:
    response = client.get("/companies", headers={"Accept": "application/json"})
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == "ru"
    assert response.headers["vary"] == "Accept-Encoding"
    assert "form-action 'self'" in response.headers["content-security-policy"]
    again = client.get("/companies", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", LISTS)
def test_the_columns_of_a_record_are_those_of_the_data(client: TestClient, path: str) -> None:
    items = client.get(path).json()["items"]
    for row, item in zip(rows(page_of(client, PAGES[path])), items, strict=True):
        text = row.text
        for name in tables.COLUMNS[path]:
            value = item.get(name)
            if isinstance(value, dict) and "href" in value:
                assert value["href"].removeprefix("/v1") in hrefs(row)
                assert value["name"] in text
            for each in value if isinstance(value, list) else []:
                ref = (
                    each.get("event") or each.get("agreement") or each.get("entity")
                    if (isinstance(each, dict))
                    else None
                )
                assert ref is None or ref["name"] in text
                assert not isinstance(each, str) or each in text


def test_words_stand_for_keys(client: TestClient) -> None:
    for path, key, word in (
        ("/events", "trade_mission", TYPES["event"]["trade_mission"].label.ru),
        ("/organizations", "public_body", TYPES["organization"]["public_body"].label.ru),
        ("/agreements", "ready_to_sign", "готово к подписанию"),
        ("/companies", "exhibitor", PREDICATES["exhibitor"].label.ru),
        ("/facts", "inferred", "следует из контекста"),
        ("/people?official=true", "true", "да"),
        ("/events?month=10", "10", "октябрь"),
        ("/documents", "ru", "русский"),
    ):
        page = page_of(client, path)
        assert word in facets(page).text
        assert key not in {each.text.split()[0] for each in facets(page).all("a")}
        assert key not in {each.text for each in page.one("main").all("td")}


def test_a_fact_is_shown_with_the_words_that_prove_it(client: TestClient) -> None:
    items = client.get("/v1/facts?limit=200").json()["items"]
    found = rows(page_of(client, "/facts", limit=200))
    for row, fact in zip(found, items, strict=True):
        span = fact["evidence"][0]
        quote = row.one("q").one("a")
        assert quote.text == span["exact"]
        document = span["document"]["id"]
        target = f"/documents/{document}?fact={fact['id']}#c{span['start']}"
        assert quote.attributes["href"] == target
        assert PREDICATES[fact["predicate"]].label.ru in row.text


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("is_search", [False, True])
def test_a_value_leads_to_as_many_records_as_it_counts(
    client: TestClient, path: str, is_search: bool
) -> None:
    words_of_list = WORDS.get(path, "омск")
    page = page_of(client, PAGES[path], **({"q": words_of_list} if is_search else {}))
    values = [each for each in facets(page).all("a") if "JSON" not in each.text]
    assert values
    for each in values:
        following = page_of(client, each.attributes["href"])
        assert total(following) == int(each.all("small")[-1].text)
        # Another click on the value leads back.
        (active,) = [found for found in facets(following).all("a") if "on" in found.classes]
        assert total(page_of(client, active.attributes["href"])) == total(page)


@pytest.mark.parametrize("path", LISTS)
def test_every_facet_of_the_list_is_counted(client: TestClient, path: str) -> None:
    listing = next(each.listing for each in registry.LISTS if each.listing.path == path)
    data = client.get(path, params={"facet": list(listing.facets)}).json()
    counted = {name: counts for name, counts in data["facets"].items() if counts}
    found = facets(page_of(client, PAGES[path]))
    assert [each.text for each in found.all("h3")] == [
        words.parameter(name).capitalize() for name in counted
    ]
    for counts, shown in zip(counted.values(), found.all("ul"), strict=True):
        assert len(shown.all("small")) == min(len(counts), MAX_VALUES)
        rest = [each.text for each in shown.all("a") if "JSON" in each.text]
        assert rest == ([f"ещё {len(counts) - MAX_VALUES}, JSON"] if counts[MAX_VALUES:] else [])


def test_an_active_filter_is_named_and_can_be_removed(client: TestClient) -> None:
    page = page_of(client, "/companies?city=omsk&legal_form=ооо&sort=text_order&q=омск")
    chips = page.one("nav", **{"aria-label": "Действующий отбор"}).all("a")
    found = {each.one("b").text: each.attributes["href"] for each in chips if each.all("b")}
    assert {name: href.partition("?")[2].count("&") for name, href in found.items()} == {
        "Омск": 2,
        "ООО": 2,
        "омск": 2,
    }
    assert "legal_form" not in found["ООО"]
    assert "sort=text_order" in found["ООО"]
    assert chips[-1].attributes["href"] == "/companies"


def test_one_of_two_kinds_that_share_an_id_is_named(client: TestClient) -> None:
    for sent in ("omsk", "place:omsk"):
        page = page_of(client, "/agreements", party=sent)
        (chip,) = page.one("nav", **{"aria-label": "Действующий отбор"}).all("b")
        assert chip.text == "Омск"


@pytest.mark.parametrize("path", LISTS)
def test_the_sorts_are_links_and_the_current_one_reverses(client: TestClient, path: str) -> None:
    model = next(each.query for each in registry.LISTS if each.listing.path == path)
    page = page_of(client, PAGES[path])
    links = [each for each in hrefs(page.one("main")) if "sort=" in each]
    sorts = model.model_json_schema()["properties"]["sort"]["enum"]
    assert len(links) == len(sorts)
    for href, sort in zip(links, sorts, strict=True):
        data = client.get(f"/v1{href}").json()["items"]
        shown = [each.text for each in headings(page_of(client, href))]
        assert shown == [shown_record(each)["name"] for each in data]
        is_current = sort == model.model_fields["sort"].default
        assert ("order=desc" in href) == is_current


def test_the_search_in_a_list_keeps_its_filters(client: TestClient) -> None:
    page = page_of(client, "/events?role=participant&role=host&sort=date&limit=5&q=матч")
    (form,) = page.one("main").all("form")
    assert form.attributes["action"] == "/events"
    sent = [
        (each.attributes["name"], each.attributes["value"])
        for each in form.all("input", type="hidden")
    ]
    assert sorted(sent) == [
        ("limit", "5"),
        ("role", "host"),
        ("role", "participant"),
        ("sort", "date"),
    ]
    assert form.one("input", name="q").attributes["value"] == "матч"


def test_the_pages_lead_through_the_whole_list_and_back(client: TestClient) -> None:
    href, names = "/companies?limit=5&order=desc", []
    while href:
        page = page_of(client, href)
        names += [each.text for each in headings(page)]
        back = hrefs(page, rel="first")
        assert back == ([] if len(names) <= 5 else ["/companies?limit=5&order=desc"])
        href = "".join(hrefs(page, rel="next"))
    expected = [each["name"] for each in walk(client, "/v1/companies", order="desc")]
    assert names == expected


def test_a_cursor_is_good_for_the_page_and_the_data(client: TestClient) -> None:
    (href,) = hrefs(page_of(client, "/places?limit=2"), rel="next")
    assert client.get("/v1/places?limit=2").json()["next"] == f"/v1{href}"
    page = page_of(client, href)
    data = client.get(f"/v1{href}").json()
    assert [each.text for each in headings(page)] == [each["name"] for each in data["items"]]


def test_the_downloads_have_the_rows_that_they_name(client: TestClient) -> None:
    page = page_of(client, "/companies?city=omsk&limit=2&sort=text_order")
    found = {
        each.text.partition(",")[0]: each
        for each in page.all("a")
        if "format=" in each.attributes["href"]
    }
    assert [each.text for each in found.values()] == [
        "CSV, 9\u00a0строк",
        "NDJSON, 9\u00a0строк",
        "JSON-LD, 9\u00a0записей",
    ]
    table = client.get(found["CSV"].attributes["href"])
    assert len(list(csv.reader(io.StringIO(table.text)))) == 1 + 9
    lines = client.get(found["NDJSON"].attributes["href"]).text.splitlines()
    assert len(lines) == 9
    graph = client.get(found["JSON-LD"].attributes["href"]).json()
    assert len(graph["@graph"]) == 9


@pytest.mark.parametrize("path", LISTS)
def test_a_page_has_all_parameters_of_its_list_but_those_of_data(
    client: TestClient, path: str
) -> None:
    model = next(each.query for each in registry.LISTS if each.listing.path == path)
    data_only = {"fields", "facet", "format", "include"}
    assert set(lists.page_query(model).model_fields) == set(model.model_fields) - data_only
    for name in data_only:
        response = client.get(PAGES[path], params={name: "csv"})
        assert response.status_code == 422
        page = parse(response.text)
        assert page.one("tbody").one("th").text == name
        allowed = page.one("tbody").all("td")[1].text
        assert "sort" in allowed
        assert not data_only & set(allowed.removeprefix("одно из имён: ").split(", "))


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_statements_is_bounded(
    client: TestClient, statements: StatementCounter, path: str
) -> None:
    listing = next(each.listing for each in registry.LISTS if each.listing.path == path)
    counts = []
    for query in ("limit=1", "limit=200", "limit=1&q=омск", "limit=200&q=омск"):
        client.get(f"{PAGES[path]}?{query}")
        statements.seen.clear()
        client.get(f"{PAGES[path]}?{query}")
        counts.append(len(statements.seen))
    whole, same_whole, found, same_found = counts
    # The revision, the stored counts, the rows, the stored facets; of documents their facts, and of
    # events the timeline. Of a selection also the totals, each facet, and what lacks a value.
    assert whole == same_whole <= 6
    assert found == same_found <= 8 + len(listing.facets)


def test_a_list_with_conditions_waits_for_its_turn() -> None:
    for router in lists.ROUTERS:
        for route in router.routes:
            assert isinstance(route, lists.ListRoute)
            assert route.is_slow({"city"})
            assert not route.is_slow(())


def test_nothing_found_is_said_with_the_way_back(client: TestClient) -> None:
    page = page_of(client, "/companies?city=omsk&brand=нет")
    assert "ничего не найдено" in page.one("main").text
    assert "/companies" in hrefs(page.one("main"))
    assert not rows(page)


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_database_has_empty_lists(fresh_url: str, path: str) -> None:
    with Client(create_app(Settings(database_url=fresh_url, access_log=False))) as client:
        page = page_of(client, PAGES[path])
    assert "пока ничего нет" in page.one("main").text


def test_a_record_with_much_said_leads_to_the_rest(databases: Databases, tmp_path: Path) -> None:
    lines = [value_fact("name", "Завод"), *(value_fact("brand", f"Марка {n}") for n in range(7))]
    lines.append(relation_fact("city", "place/x"))
    documents = write_documents(
        tmp_path,
        {"doc": {"companies": {"zavod": lines}, "places": {"x": [value_fact("name", "Икс")]}}},
    )
    with databases.migrated() as url, serve(url, documents) as client:
        (row,) = rows(page_of(client, "/companies"))
        brands = row.all("td")[2]
        assert brands.text == "Марка 0, Марка 1, Марка 2, Марка 3, Марка 4, ещё 2"
        assert hrefs(brands) == ["/companies/zavod"]
        (document,) = rows(page_of(client, "/documents"))
        assert hrefs(document.all("td")[-1]) == ["/facts?document=doc"]
        assert document.all("td")[-1].text == "10"


def test_markup_in_data_is_text(databases: Databases, tmp_path: Path) -> None:
    title = '<script>alert(1)</script> & "имя"'
    value = "\"><img src=x onerror='alert(1)'>"
    facts = {
        "companies": {
            "x": [
                {"predicate": "name", "value": title, "quote": title},
                {"predicate": "brand", "value": value, "quote": value},
            ]
        }
    }
    documents = write(
        tmp_path,
        text=f"{title}\n{value} конец.",
        document=yaml.safe_dump({"title": title, "language": "ru"}, allow_unicode=True),
        facts=yaml.safe_dump(facts, allow_unicode=True),
    )
    with databases.migrated() as url, serve(url, documents) as client:
        for path in ("/", "/documents", "/companies", f"/companies?brand={value}", "/facts"):
            page = page_of(client, path)
            assert not page.all("img")
            assert not [each for each in page.all("script") if "type" not in each.attributes]
            assert title in page.one("main").text
        found = page_of(client, "/search", q="имя")
        assert title in found.one("main").text
        broken = parse(client.get("/companies", params={"sort": value}).text)
        assert value in broken.one("main").text
