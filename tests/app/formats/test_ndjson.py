"""NDJSON: each line equals an item of the JSON list."""

import pytest
from fastapi.testclient import TestClient

from tests.app.formats.exchange import Get, lines, pages
from tests.helpers import LISTS, WITH_FACTS


def test_each_line_equals_an_item(client: TestClient, get: Get) -> None:
    for path in LISTS:
        response = client.get(path, params={"format": "ndjson"})
        assert lines(response.text) == pages(get, path, limit=200)
        name = path.rpartition("/")[2]
        disposition = f'attachment; filename="{name}.ndjson"'
        assert response.headers["content-disposition"] == disposition


@pytest.mark.parametrize("path", WITH_FACTS)
def test_include_embeds_facts(client: TestClient, get: Get, path: str) -> None:
    query = {"format": "ndjson", "include": "facts"}
    found = lines(client.get(path, params=query).text)
    assert found == pages(get, path, limit=5, include="facts")
    assert all(item["facts"] for item in found)


@pytest.mark.parametrize("path", LISTS)
def test_fields_selects_the_fields(client: TestClient, get: Get, path: str) -> None:
    for field in get(path, limit=1)["items"][0]:
        if field == "facts":
            continue
        found = lines(client.get(path, params={"format": "ndjson", "fields": field}).text)
        assert found == pages(get, path, limit=50, fields=field)
        if path != "/v1/documents":
            assert all(item.keys() == {"id", field} for item in found)


def test_fields_combines_with_include(client: TestClient, get: Get) -> None:
    query = {"fields": "name", "include": "facts", "city": "omsk"}
    found = lines(client.get("/v1/companies", params={"format": "ndjson", **query}).text)
    assert found == pages(get, "/v1/companies", **query)
    assert found[0].keys() == {"id", "name", "facts"}


def test_an_empty_list_is_an_empty_file(client: TestClient) -> None:
    response = client.get("/v1/companies", params={"format": "ndjson", "city": "nowhere"})
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-type"] == "application/x-ndjson"
