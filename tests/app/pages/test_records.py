"""The pages of records: every fact with its words, and what isn't known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app.listing.declaration import EntityListing
from app.pages import words
from app.registry import LISTS
from tests.app.api import serve
from tests.app.pages import Element, parse
from tests.databases import Databases
from tests.helpers import (
    WITH_FACTS,
    StatementCounter,
    relation_fact,
    value_fact,
    write_documents,
)
from tests.seed.test_seed import write

Json = dict[str, Any]
Get = Callable[..., Json]


def page_of(client: TestClient, path: str) -> Element:
    """Return a parsed page."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    return parse(response.text)


def hrefs(element: Element) -> list[str]:
    return [link.attributes["href"] for link in element.all("a")]


def section(page: Element, name: str) -> Element:
    """Return the section with this heading's id."""
    return page.one("section", **{"aria-labelledby": name})


@pytest.mark.parametrize("path", WITH_FACTS)
def test_a_page_shows_every_fact_with_its_words(client: TestClient, get: Get, path: str) -> None:
    for item in get(path, limit=200)["items"]:
        detail = get(f"{path}/{item['id']}")
        page = page_of(client, f"{path}/{item['id']}".removeprefix("/v1"))
        (title,) = page.all("h1")
        assert title.text == item["name"]
        shown = {
            tuple(link for link in hrefs(each) if "#c" in link): each
            for each in page.all("dd")
            if each.all("q")
        }
        assert len(shown) == len(detail["facts"])
        for fact in detail["facts"]:
            links = tuple(
                f"{span['document']['href']}?fact={fact['id']}{at}#c{span['start']}"[len("/v1") :]
                for span in fact["evidence"]
                for at in [
                    "" if span == fact["evidence"][0] else f"&at={span['start']},{span['end']}"
                ]
            )
            each = shown[links]
            assert [quote.text for quote in each.all("q")] == [
                span["exact"] for span in fact["evidence"]
            ]
            assert [mark for mark in each.all("span") if mark.classes == {"u", fact["support"]}]
            if fact["reason"]:
                assert each.one("p", lang="en").text == fact["reason"]
            if fact["attributed_to"]:
                assert f"со слов: {fact['attributed_to']['name']}" in each.text
            own = fact["subject"]["id"] == item["id"]
            other = fact["object"] if own else fact["subject"]
            if other:
                assert other["href"].removeprefix("/v1") in hrefs(each)
            elif fact["predicate"] != "text":
                value = words.value(fact["predicate"], item["kind"], fact["value"])
                assert each.one("b").text == value


@pytest.mark.parametrize("path", WITH_FACTS)
def test_every_link_of_a_page_leads_somewhere(client: TestClient, get: Get, path: str) -> None:
    (item, *_) = get(path)["items"]
    page = page_of(client, f"{path}/{item['id']}".removeprefix("/v1"))
    addresses = {each.partition("#")[0] for each in hrefs(page.one("main"))}
    addresses |= {each.attributes["href"] for each in page.all("link")}
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_facts_stand_by_predicate_in_reading_order(client: TestClient, get: Get) -> None:
    page = page_of(client, "/events/torgovo-ekonomicheskaya-missiya")
    facts = get("/v1/events/torgovo-ekonomicheskaya-missiya")["facts"]
    own = [each for each in facts if each["subject"]["id"] == "torgovo-ekonomicheskaya-missiya"]
    expected = dict.fromkeys(each["predicate"] for each in own)
    labels = [each.text for each in section(page, "facts").all("dt")]
    assert labels == [words.field(name) for name in expected]


def test_what_others_say_reads_as_their_fact(client: TestClient) -> None:
    page = page_of(client, "/people/eduard-savin")
    others = section(page, "others")
    assert "автор экспонатов: Эдуард Савин" in [each.text for each in others.all("dt")]
    assert any(
        each.text.split("\n")[1].strip().startswith("событие Выставка") for each in others.all("dd")
    )


def test_what_the_documents_leave_out_is_said(client: TestClient, get: Get) -> None:
    unknown = section(page_of(client, "/companies/smak"), "unknown")
    labels = [each.text for each in unknown.all("dt")]
    assert labels == ["организационно-правовая форма", "торговая марка", "события"]
    assert {each.text for each in unknown.all("dd")} == {"в документах не сказано"}
    yearless = next(
        each["id"] for each in get("/v1/events", month=10)["items"] if not each["date"]["year"]
    )
    dated = section(page_of(client, f"/events/{yearless}"), "unknown")
    assert "год" in [each.text for each in dated.all("dt")]
    assert "день" not in [each.text for each in dated.all("dt")]


def test_every_field_of_every_kind_has_a_label() -> None:
    for each in LISTS:
        if isinstance(each.listing, EntityListing) and each.listing.kind != "document":
            for name in set(each.listing.model.model_fields) - {
                *("id", "kind", "facts", "official", "attributed_to")
            }:
                assert words.field(name)


def test_a_quotation_is_quoted_with_its_speaker(client: TestClient, get: Get) -> None:
    item = get("/v1/quotations/bakauov-o-novom-urovne")
    figure = page_of(client, "/quotations/bakauov-o-novom-urovne").one("figure")
    assert figure.one("blockquote").text == item["text"]
    assert figure.one("figcaption").text.strip() == item["speaker"]["name"]


def test_the_names_of_a_record_stand_above(client: TestClient, get: Get) -> None:
    item = get("/v1/places/omsk")
    above = page_of(client, "/places/omsk").all("dl")[0]
    names = [each.text for each in above.all("dd")]
    assert names == item["also_known_as"] + item["printed_as"]


def test_an_official_is_the_person(client: TestClient) -> None:
    page = page_of(client, "/officials/bulat-bakauov")
    assert page.one("link", rel="canonical").attributes["href"] == "/people/bulat-bakauov"
    assert page.one("link", rel="alternate").attributes["href"] == "/v1/officials/bulat-bakauov"
    assert client.get("/officials/eduard-savin").status_code == 404


@pytest.mark.parametrize("path", WITH_FACTS)
def test_the_data_of_a_record_and_its_page_name_one_another(
    client: TestClient, get: Get, path: str
) -> None:
    for item in get(path, limit=200)["items"]:
        data = client.get(f"{path}/{item['id']}")
        assert data.links["alternate"]["type"] == "text/html"
        page = page_of(client, data.links["alternate"]["url"])
        assert page.one("link", rel="alternate").attributes["href"] == f"{path}/{item['id']}"


@pytest.mark.parametrize("path", WITH_FACTS)
def test_the_picture_of_a_page_is_that_of_the_data(client: TestClient, get: Get, path: str) -> None:
    for item in get(path, limit=200)["items"]:
        picture = client.get(f"{path}/{item['id']}/related?format=svg").text
        page = client.get(f"{path}/{item['id']}".removeprefix("/v1")).text
        # A record that nothing ties to others has no picture.
        is_tied = bool(get(f"{path}/{item['id']}/related")["groups"])
        assert ("<svg" in page) == is_tied
        assert (picture.replace('href="http://127.0.0.1:8000/', 'href="/') in page) == is_tied


def test_a_table_says_what_the_picture_shows(client: TestClient, get: Get) -> None:
    ties = section(page_of(client, "/places/omsk"), "ties")
    rows = [[cell.text for cell in row.all("td")] for row in ties.one("tbody").all("tr")]
    groups = get("/v1/places/omsk/related")["groups"]
    facts = [each["fact"] for group in groups for each in group["neighbours"]]
    assert sorted(row[:3] for row in rows) == sorted(
        [each["subject"]["name"], words.field(each["predicate"]), each["object"]["name"]]
        for each in facts
    )


@pytest.mark.parametrize("path", WITH_FACTS)
def test_a_page_takes_three_statements_and_the_revision(
    client: TestClient, get: Get, statements: StatementCounter, path: str
) -> None:
    for item in get(path, limit=200)["items"]:
        statements.seen.clear()
        page_of(client, f"{path}/{item['id']}".removeprefix("/v1"))
        assert len(statements.seen) == 4


def test_a_hub_shows_a_hundred_facts_and_leads_to_all(databases: Databases, tmp_path: Path) -> None:
    companies = {
        f"c-{number:03}": [value_fact("name", f"Завод {number}"), relation_fact("city", "place/x")]
        for number in range(101)
    }
    places = {
        "x": [
            value_fact("name", "Город"),
            *(value_fact("cooperation", f"сотрудничество {number}") for number in range(101)),
        ]
    }
    documents = write_documents(
        tmp_path, {"hub": {"companies": companies, "places": places}, "b": {"places": places}}
    )
    with databases.migrated() as url, serve(url, documents) as client:
        page = page_of(client, "/places/x")
        for name, side, predicate in (
            ("facts", "subject", "cooperation"),
            ("others", "object", "city"),
        ):
            found = section(page, name)
            address = f"/facts?{side}=place%3Ax&predicate={predicate}"
            assert [each for each in hrefs(found) if each.startswith("/facts?")] == [address]
            assert client.get(f"/v1{address}").json()["total"] == 101
        assert len([each for each in section(page, "others").all("dd") if each.all("q")]) == 100
        assert "Ещё фактов: 77" in page.one("svg").text
        # With several documents, every link into a text names its own.
        links = {each.text for each in section(page, "facts").all("a") if "#c" in str(each)}
        assert {"hub:", "b:"} <= links


def test_a_fact_of_many_words_leads_to_all(databases: Databases, tmp_path: Path) -> None:
    quotes = [f"слово{number:02}" for number in range(12)]
    name = {"predicate": "name", "value": "Омск", "quote": quotes, "support": "entailed"}
    documents = write(
        tmp_path,
        text=" ".join(["Заголовок", *quotes]),
        document="title: Заголовок\nlanguage: ru\n",
        facts=yaml.safe_dump({"places": {"x": [name]}}, allow_unicode=True),
    )
    with databases.migrated() as url, serve(url, documents) as client:
        (fact,) = client.get("/v1/facts").json()["items"]
        page = page_of(client, "/places/x")
        assert len(page.all("q")) == 10
        assert f"/facts/{fact['id']}" in hrefs(page)


def test_markup_in_data_is_text(databases: Databases, tmp_path: Path) -> None:
    name = "\"><img src=x onerror='alert(1)'></script>&amp;"
    named = {"predicate": "name", "value": name, "quote": name}
    part = {"predicate": "parent", "object": "place/x", "quote": name}
    places = {"x": [named], "y": [dict(named), part]}
    documents = write(
        tmp_path,
        text=f"Заголовок {name}",
        document="title: Заголовок\nlanguage: ru\n",
        facts=yaml.safe_dump({"places": places}, allow_unicode=True),
    )
    with databases.migrated() as url, serve(url, documents) as client:
        page = page_of(client, "/places/x")
        assert page.one("h1").text == name
        assert not page.all("img")
        assert [each.attributes["type"] for each in page.all("script")] == ["application/ld+json"]


@pytest.mark.parametrize("path", ["/companies/moskva", "/places/sibir", "/companies/SIBIR"])
def test_an_unknown_record_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_unknown_parameter_is_an_error(client: TestClient) -> None:
    assert client.get("/companies/sibir?colour=red").status_code == 422


def test_a_fresh_copy_of_a_page_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/companies/sibir").headers["etag"]
    assert client.get("/companies/sibir", headers={"If-None-Match": tag}).status_code == 304
