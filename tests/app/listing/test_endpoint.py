"""Lists: pages, order, cursors, totals, and the rejection of invalid parameters."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api import ROUTERS
from app.domain.text import KEY_LENGTH
from app.params import cursors
from app.params.queries import MAX_CURSOR
from app.schemas import pages
from tests.helpers import LISTS

Get = Callable[..., dict[str, Any]]
read_only = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def problem(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    response = client.get(path, params=parameters)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == 422
    assert body["errors"]
    return body


@read_only
@given(data=st.data())
def test_pages_of_any_size_add_up_to_the_list(get: Get, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(LISTS))
    sorts = {"/v1/facts": ["text_order", "predicate"]}.get(path, ["name", "text_order"])
    query = {
        "sort": data.draw(st.sampled_from(sorts)),
        "order": data.draw(st.sampled_from(["asc", "desc"])),
    }
    expected: list[dict[str, Any]] = []
    next_page: str | None = f"{path}?limit=200&sort={query['sort']}&order={query['order']}"
    while next_page:
        page = get(next_page)
        expected += page["items"]
        next_page = page["next"]
    found: list[dict[str, Any]] = []
    page = get(path, limit=data.draw(st.integers(1, 50)), **query)
    while True:
        found += page["items"]
        assert page["total"] == len(expected)
        if page["next"] is None:
            break
        page = get(page["next"])
    assert found == expected


def test_next_carries_every_value_of_the_filters(get: Get) -> None:
    page = get("/v1/companies", legal_form=["ООО", "НПО"], limit=3, sort="legal_form")
    query = parse_qs(urlsplit(page["next"]).query)
    assert query["legal_form"] == ["ООО", "НПО"]
    assert query["sort"] == ["legal_form"]
    assert query["limit"] == ["3"]
    assert [item["legal_form"] for item in page["items"]] == ["НПО", "НПО", "ООО"]


def test_values_of_one_filter_are_ored_and_filters_are_anded(get: Get) -> None:
    either = get("/v1/companies", legal_form=["ЗАО", "ИП"])
    assert {item["id"] for item in either["items"]} == {"sibir", "turbina"}
    assert get("/v1/companies", legal_form=["ЗАО", "ИП"], city="pavlodar")["total"] == 0


@pytest.mark.parametrize("name", ["«СИБИРЬ»", "сибирь", '"Сибирь"', "ЗАО «Сибирь»", "зао сибирь"])
def test_q_ignores_case_and_quotes_and_accepts_a_legal_form(get: Get, name: str) -> None:
    assert [item["id"] for item in get("/v1/companies", q=name)["items"]] == ["sibir"]


@pytest.mark.parametrize("special", ["%", "_", "\\", "%%", "Сиб_рь"])
def test_sql_wildcards_are_literal_characters(get: Get, special: str) -> None:
    assert get("/v1/companies", q=special)["total"] == 0


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "201"),
        ("limit", "1" + "0" * 30),
        ("limit", "1_0"),
        ("limit", "+1"),
        ("limit", "01"),
        ("limit", " 1"),
        ("limit", "١"),
        ("limit", "1.0"),
        ("limit", ""),
        ("sort", "no_such_sort"),
        ("order", "up"),
        ("cursor", ""),
        ("cursor", "!"),
        ("cursor", "abc"),
        ("cursor", "A" * 3000),
        ("no_such_parameter", "1"),
    ],
)
def test_an_invalid_parameter_is_rejected_by_name(
    client: TestClient, path: str, name: str, value: str
) -> None:
    errors = problem(client, path, **{name: value})["errors"]
    assert [error["where"] for error in errors] == [f"query.{name}"]
    assert errors[0]["allowed"]
    assert errors[0]["sent"] == (value if len(value) <= 100 else value[:99] + "…")


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/v1/companies", "city", "Омск"),
        ("/v1/companies", "legal_form", "«»"),
        ("/v1/companies", "legal_form", "\0"),
        ("/v1/companies", "role", "king"),
        ("/v1/companies", "include", "everything"),
        ("/v1/companies", "q", ""),
        ("/v1/companies", "q", "я" * 201),
        ("/v1/events", "month", "13"),
        ("/v1/events", "day", "0"),
        ("/v1/events", "date_from", "0"),
        ("/v1/events", "date_from", "2024-02-30"),
        ("/v1/events", "date_from", "1700000000"),
        ("/v1/events", "include_yearless", "maybe"),
        ("/v1/facts", "overlaps", "5,5"),
        ("/v1/facts", "overlaps", "5"),
        ("/v1/facts", "overlaps", "5,99999999999"),
        ("/v1/facts", "predicate", "nonsense"),
        ("/v1/people", "official", "perhaps"),
    ],
)
def test_an_invalid_filter_value_is_rejected_by_name(
    client: TestClient, path: str, name: str, value: str
) -> None:
    errors = problem(client, path, **{name: value})["errors"]
    assert errors[0]["where"].startswith(f"query.{name}")


@pytest.mark.parametrize("path", LISTS)
def test_a_repeated_single_parameter_is_rejected(client: TestClient, path: str) -> None:
    errors = problem(client, path, limit=["1", "2"])["errors"]
    assert {error["where"] for error in errors} == {"query.limit"}


def test_a_detail_rejects_parameters(client: TestClient) -> None:
    errors = problem(client, "/v1/companies/sibir", include="facts")["errors"]
    assert [error["where"] for error in errors] == ["query.include"]


def test_more_than_fifty_values_are_rejected(client: TestClient) -> None:
    problem(client, "/v1/companies", city=["omsk"] * 51)


def test_a_cursor_is_valid_only_for_its_list_order_and_filters(
    client: TestClient, get: Get
) -> None:
    next_page = get("/v1/companies", limit=2)["next"]
    cursor = parse_qs(urlsplit(next_page).query)["cursor"][0]
    assert client.get("/v1/companies", params={"cursor": cursor}).status_code == 200
    problem(client, "/v1/people", cursor=cursor)
    problem(client, "/v1/companies", cursor=cursor, sort="text_order")
    problem(client, "/v1/companies", cursor=cursor, order="desc")
    problem(client, "/v1/companies", cursor=cursor, city="omsk")


@read_only
@given(
    sort=st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    key=st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
)
def test_a_forged_cursor_never_causes_a_server_error(
    client: TestClient, get: Get, sort: object, key: object
) -> None:
    token = parse_qs(urlsplit(get("/v1/companies", limit=2)["next"]).query)["cursor"][0]
    fingerprint = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))[0]
    forged = (
        base64.urlsafe_b64encode(json.dumps([fingerprint, sort, key]).encode()).decode().rstrip("=")
    )
    response = client.get("/v1/companies", params={"cursor": forged})
    assert response.status_code in {200, 422}


@read_only
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_accepted_or_rejected(client: TestClient, text: str) -> None:
    for name in ("q", "legal_form", "cursor", "limit", "city", text or "x"):
        assert client.get("/v1/companies", params={name: text}).status_code in {200, 422}
    assert client.get("/v1/facts", params={"overlaps": text}).status_code in {200, 422}


def test_a_total_beyond_the_cap_is_flagged(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TOTAL_CAP", 100)
    page = get("/v1/facts", limit=1)
    assert (page["total"], page["total_capped"]) == (100, True)


@pytest.mark.parametrize("words", ["омск", "павлодар", "п", "визит", "мэр омска", "ничего такого"])
def test_the_total_of_a_search_equals_its_exported_lines(
    client: TestClient, get: Get, words: str
) -> None:
    for path in LISTS:
        total = get(path, q=words, limit=1)["total"]
        lines = client.get(path, params={"q": words, "format": "ndjson"}).text
        assert lines.count("\n") == total


def test_a_value_filter_ignores_case(get: Get) -> None:
    assert (
        get("/v1/facts", value="ТОВАРЫ и услуги омских и павлодарских товаропроизводителей")[
            "total"
        ]
        == 1
    )


def test_an_id_may_be_prefixed_with_its_kind(get: Get) -> None:
    assert get("/v1/facts", subject="place:omsk")["total"] > 0
    assert get("/v1/facts", subject="company:omsk")["total"] == 0
    assert get("/v1/facts", subject="nonsense:omsk")["total"] == 0


def test_search_returns_every_kind_unless_filtered(get: Get) -> None:
    page = get("/v1/search", q="омск", limit=200)
    kinds = {item["kind"] for item in page["items"]}
    assert {"place", "company", "organization", "event", "document"} <= kinds
    only = get("/v1/search", q="омск", kind=["place", "event"])
    assert {item["kind"] for item in only["items"]} == {"place", "event"}


def test_search_requires_q(client: TestClient) -> None:
    assert problem(client, "/v1/search")["errors"][0]["where"] == "query.q"


@pytest.mark.parametrize(
    "words", ["двораковский вячеслав", "Вячеслав Двораковский", "МЭР вячеслав", "а б в г д е ж з"]
)
def test_search_ignores_the_order_of_words(get: Get, words: str) -> None:
    found = get("/v1/search", q=words, kind="person")["items"]
    assert bool(found) == ("вяч" in words.casefold())
    assert all(item["id"] == "vyacheslav-dvorakovskiy" for item in found[:1])


def test_a_name_in_place_of_an_id_is_rejected_with_a_hint_to_search(client: TestClient) -> None:
    for path, name in (("/v1/companies", "city"), ("/v1/facts", "subject")):
        error = problem(client, path, **{name: "Омск"})["errors"][0]
        assert "/v1/search" in error["allowed"]
        assert error["sent"] == "Омск"


@pytest.mark.parametrize("mark", ["a", "я", "\U0001f600", '"', "\\"])
def test_a_cursor_of_the_longest_key_is_within_the_limit(mark: str) -> None:
    cursor = cursors.encode(["f" * 16, mark * KEY_LENGTH, (1 << 63) - 1])
    assert len(cursor) <= MAX_CURSOR


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("fields=name,city", ["id", "name", "city"]),
        ("fields=city&fields=name", ["id", "name", "city"]),
        ("fields=id", ["id"]),
        ("fields=name&include=facts", ["id", "name", "facts"]),
    ],
)
def test_fields_selects_in_the_order_of_the_model(get: Get, query: str, keys: list[str]) -> None:
    for item in get(f"/v1/companies?{query}")["items"]:
        assert list(item) == keys


def test_empty_fields_select_all_fields(get: Get) -> None:
    assert get("/v1/companies?fields=") == get("/v1/companies")


def test_an_unknown_field_is_rejected_with_the_allowed_ones(client: TestClient) -> None:
    error = problem(client, "/v1/companies", fields="name,nme")["errors"][0]
    assert error["where"] == "query.fields.1"
    assert "'legal_form'" in error["allowed"]


def test_id_selects_several_records(get: Get) -> None:
    page = get("/v1/companies", id=["sibir", "mir", "no-such-company"])
    assert [item["id"] for item in page["items"]] == ["mir", "sibir"]
    facts = get("/v1/facts", limit=3)["items"]
    batch = get("/v1/facts", id=[fact["id"] for fact in facts])
    assert batch["items"] == facts


def test_a_page_conforms_to_its_model(get: Get) -> None:
    routes: list[Any] = [route for router in ROUTERS for route in router.routes]
    for path in LISTS:
        model = next(route.response_model for route in routes if route.path == path)
        facts = {} if path in {"/v1/documents", "/v1/facts"} else {"include": "facts"}
        model.model_validate(get(path, limit=200, **facts))
