"""The request context: the headers that a response has beside its data."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from seed.load.pipeline import load
from tests.helpers import LISTS, Client, value_fact, write_documents


def test_lists_link_to_their_first_and_next_pages(client: TestClient) -> None:
    page = client.get("/v1/companies", params={"limit": 5, "city": "omsk"})
    following = page.json()["next"]
    assert page.headers["link"] == (
        f'</v1/companies?limit=5&city=omsk>; rel="first", <{following}>; rel="next", '
        '</companies?city=omsk>; rel="alternate"; type="text/html"'
    )
    assert client.get(following).json()["next"] is None
    assert 'rel="next"' not in client.get(following).headers["link"]
    assert page.links["next"]["url"] == following


@pytest.mark.parametrize("path", LISTS)
def test_lists_and_details_link_to_the_page_for_people(client: TestClient, path: str) -> None:
    page = path.removeprefix("/v1")
    found = client.get(path, params={"order": "desc", "limit": 1, "fields": "id"})
    assert found.links["alternate"]["url"] == f"{page}?order=desc"
    assert found.links["alternate"]["type"] == "text/html"
    slug = found.json()["items"][0]["id"]
    detail = client.get(f"{path}/{slug}")
    assert detail.headers["link"] == f'<{page}/{slug}>; rel="alternate"; type="text/html"'
    assert client.get(f"{page}/{slug}").status_code in {200, 302}


def test_responses_name_their_language(client: TestClient) -> None:
    for path in ("/v1/companies", "/v1/companies/sibir", "/v1/facts", "/v1/search?q=омск"):
        assert client.get(path).headers.get_list("content-language") == ["ru"]


def test_the_language_is_that_of_the_documents(fresh_url: str, tmp_path: Path) -> None:
    place = {"places": {"omsk": [value_fact("name", "Omsk")]}}
    root = write_documents(tmp_path, {"en": place, "ru": place})
    (root / "en" / "document.yaml").write_text("title: 'en:'\nlanguage: en\n")
    with Client(create_app(Settings(database_url=fresh_url, cache_entries=0))) as client:
        assert "content-language" not in client.get("/v1/places").headers
        load(root, fresh_url)
        languages = {
            path: client.get(path).headers["content-language"]
            for path in ("/v1/places", "/v1/documents", "/v1/documents/en", "/v1/documents/en/text")
        }
    assert list(languages.values()) == ["en, ru", "en, ru", "en", "en"]
