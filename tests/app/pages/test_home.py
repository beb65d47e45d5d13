"""The first page: what there is, how much, and how to take all of it."""

import io
import json
import zipfile
from pathlib import Path

from fastapi.testclient import TestClient

from app.domain.vocabulary import COLLECTIONS
from app.main import create_app
from app.pages import words
from app.pages.home import MAX_DOCUMENTS
from app.settings import Settings
from tests.app.api import serve
from tests.app.pages import Element, parse
from tests.databases import Databases
from tests.helpers import LISTS, Client, StatementCounter, value_fact, write_documents


def page_of(client: TestClient) -> Element:
    """Return the parsed first page."""
    response = client.get("/")
    assert response.status_code == 200, response.text
    return parse(response.text)


def test_the_totals_are_those_of_the_lists(client: TestClient) -> None:
    rows = page_of(client).one("tbody").all("tr")
    for path, row in zip(LISTS, rows, strict=True):
        total = client.get(path).json()["total"]
        name, table = row.all("a")
        assert name.text.lower() == words.LIST_NAMES[path].title
        assert name.attributes["href"] == path.removeprefix("/v1")
        assert row.all("td")[0].text == str(total)
        assert table.attributes["href"] == f"{path}?format=csv"
        assert table.text == f"CSV, {words.count(total, 'row')}"


def test_the_documents_have_length_facts_and_link(client: TestClient) -> None:
    (document,) = client.get("/v1/documents").json()["items"]
    (shown,) = [
        each for each in page_of(client).one("main").all("li") if document["name"] in each.text
    ]
    facts = client.get(document["facts"]).json()["total"]
    assert shown.text.endswith(f": 3\u00a0678\u00a0знаков, {words.count(facts, 'fact')}")
    assert [each.attributes["href"] for each in shown.all("a")] == [
        f"/documents/{document['id']}",
        f"/facts?document={document['id']}",
    ]


def test_the_archive_holds_what_the_page_says(client: TestClient) -> None:
    archive = zipfile.ZipFile(io.BytesIO(client.get("/v1/export").content))
    files = {each["name"]: each for each in json.loads(archive.read("manifest.json"))["files"]}
    records = sum(files[f"{name}.csv"]["records"] for name in COLLECTIONS.values())
    facts = files["facts.csv"]["records"]
    text = page_of(client).one("main").text
    assert f"{words.count(records, 'record')} и {words.count(facts, 'fact')}" in text


def test_the_page_has_one_search_box_and_leads_to_the_docs(client: TestClient) -> None:
    page = page_of(client)
    form = page.one("form", role="search")
    assert form.attributes["action"] == "/search"
    assert form.one("input", name="q")
    assert {"/docs", "/v1/export"} <= {each.attributes["href"] for each in page.all("a")}


def test_an_empty_database_has_a_first_page(fresh_url: str) -> None:
    with Client(create_app(Settings(database_url=fresh_url, access_log=False))) as client:
        page = page_of(client)
    assert "Документов пока нет" in page.one("main").text
    assert {each.all("td")[0].text for each in page.one("tbody").all("tr")} == {"0"}


def test_of_many_documents_the_first_are_shown_and_the_others_linked(
    databases: Databases, tmp_path: Path
) -> None:
    record = {"companies": {"x": [value_fact("name", "Икс")]}}
    documents = write_documents(tmp_path, {f"d-{n:03}": record for n in range(MAX_DOCUMENTS + 1)})
    with databases.migrated() as url, serve(url, documents) as client:
        targets = [each.attributes["href"] for each in page_of(client).one("main").all("a")]
    shown = [each for each in targets if each.startswith("/documents/")]
    assert shown == [f"/documents/d-{n:03}" for n in range(MAX_DOCUMENTS)]
    assert targets.count("/documents") == 2


def test_the_number_of_statements_is_bounded(
    client: TestClient, statements: StatementCounter
) -> None:
    page_of(client)
    statements.seen.clear()
    page_of(client)
    assert len(statements.seen) <= 6
