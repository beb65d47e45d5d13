"""Errors at the paths of pages: a page that says what is wrong, and problem+json elsewhere."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.pages import Element, parse

JSON = "application/problem+json"


def error_of(
    client: TestClient, path: str, status: int, method: str = "GET", accept: str = "*/*"
) -> Element:
    """Return the parsed page of an error."""
    response = client.request(method, path, headers={"Accept": accept})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == "ru"
    assert "form-action 'self'" in response.headers["content-security-policy"]
    page = parse(response.text)
    assert str(status) in page.one("main").text
    assert {"/", "/search"} <= {each.attributes["href"] for each in page.one("main").all("a")}
    return page


@pytest.mark.parametrize("accept", ["*/*", "application/json", JSON])
@pytest.mark.parametrize(
    "path", ["/documents/nope", "/facts/nope", "/companies/a/b", "/search/", "/pages.css/x"]
)
def test_a_page_that_is_missing_is_said_in_html_whatever_is_accepted(
    client: TestClient, path: str, accept: str
) -> None:
    page = error_of(client, path, 404, accept=accept)
    assert page.one("h1").text == "Здесь ничего нет"


@pytest.mark.parametrize(
    "path",
    ["/v1/companies/nope", "/v1/nope", "/nope", "/company", "/v1//companies", "/problems/nope"],
)
def test_all_other_errors_are_data_whatever_is_accepted(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert response.headers["content-type"] == JSON


@pytest.mark.parametrize("path", ["/", "/companies", "/search", "/documents/omsk-days-pavlodar"])
def test_a_wrong_method_is_said_with_those_allowed(client: TestClient, path: str) -> None:
    assert "GET" in error_of(client, path, 405, method="POST").one("main").text
    assert "GET" in client.post(path).headers["allow"]


def test_a_parameter_that_is_not_allowed_is_named_with_what_is(client: TestClient) -> None:
    page = error_of(client, "/companies?sort=size&limit=0&city=ОМСК&city=omsk", 422)
    rows = [
        [each.text for each in (*row.all("th"), *row.all("td"))]
        for row in page.one("tbody").all("tr")
    ]
    assert rows == [
        ["limit", "0", "число не меньше 1"],
        ["sort", "size", "одно из значений: name, text_order или legal_form"],
        ["city (город)", "ОМСК", "имя записи латиницей, как omsk: его найдёт поиск"],
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/companies?colour=red",
        "/companies?q=a&q=b",
        "/companies?q=%C2%AB%C2%BB",
        f"/companies?q={'a' * 201}",
        "/companies?q=a%00",
        "/companies?limit=01",
        "/companies?limit=201",
        f"/companies?limit={'1' * 11}",
        "/companies?cursor=abc",
        f"/companies?{'&'.join(['brand=a'] * 51)}",
        "/companies?city=",
        "/events?date_from=2013-02-30",
        "/events?date_from=2013",
        "/events?include_yearless=maybe",
        "/people?official=maybe",
        "/facts?overlaps=9,3",
        "/facts?overlaps=x",
        "/search?kind=thing",
        "/search?q=%C2%AB",
        "/?x=1",
    ],
)
def test_what_is_allowed_is_said_in_russian(client: TestClient, path: str) -> None:
    for row in error_of(client, path, 422).one("tbody").all("tr"):
        allowed = row.all("td")[-1].text
        assert re.match("[а-я]", allowed) or re.search("[а-я]", allowed), allowed
        assert not re.search("Input|should|String|List", allowed), allowed


def test_a_target_that_is_too_long_or_no_text_is_said(client: TestClient) -> None:
    error_of(client, f"/companies?q={'a' * 17_000}", 414)
    error_of(client, "/companies?q=%ff", 400)


def test_an_error_of_the_server_has_the_id_of_the_request(seeded_url: str) -> None:
    app = create_app(Settings(database_url=seeded_url, access_log=False))

    @app.get("/search/broken")
    def broken() -> None:
        raise RuntimeError("the secret")

    with TestClient(app) as client:
        page = error_of(client, "/search/broken", 500)
        response = client.get("/search/broken", headers={"X-Request-ID": "mine-1"})
    assert "the secret" not in page.text
    assert "mine-1" in parse(response.text).one("main").text
    assert response.headers["cache-control"] == "no-store"


def test_a_database_that_cannot_answer_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
    with TestClient(app) as client:
        for path in ("/", "/companies", "/search?q=омск", "/sitemap.xml"):
            page = error_of(client, path, 503)
            assert str(tmp_path) not in page.text
        assert client.get("/companies").headers["retry-after"] == "5"
