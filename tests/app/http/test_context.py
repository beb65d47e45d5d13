"""The request context: the headers that a response has beside its data."""

from fastapi.testclient import TestClient


def test_lists_link_to_their_first_and_next_pages(client: TestClient) -> None:
    page = client.get("/v1/companies", params={"limit": 5, "city": "omsk"})
    following = page.json()["next"]
    assert page.headers["link"] == (
        f'</v1/companies?limit=5&city=omsk>; rel="first", <{following}>; rel="next"'
    )
    assert client.get(following).json()["next"] is None
    assert 'rel="next"' not in client.get(following).headers["link"]
    assert page.links["next"]["url"] == following


def test_responses_name_their_language(client: TestClient) -> None:
    for path in ("/v1/companies", "/v1/companies/sibir", "/v1/facts", "/v1/search?q=омск"):
        assert client.get(path).headers.get_list("content-language") == ["ru"]
