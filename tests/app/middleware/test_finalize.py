"""Delivery: conditional requests, codings, methods and headers, the same for every answer."""

import gzip
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers, MutableHeaders

from app.conditional import is_known
from app.delivery import MAX_TARGET, takes_gzip
from app.main import create_app
from app.settings import Settings
from tests.helpers import LISTS

PATHS = [
    "/v1/companies",
    "/v1/companies/sibir",
    "/v1/facts?limit=3",
    "/v1/search?q=омск",
    "/v1/documents/omsk-days-pavlodar/text",
    "/openapi.json",
    "/docs",
    "/docs/swagger-ui.css",
    "/problems/not-found",
]
PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_can_be_asked_for_conditionally(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert tag.startswith('"')
    for condition in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": modified},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ):
        again = client.get(path, headers=condition)
        assert again.status_code == 304, condition
        assert again.content == b""
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers
        for name in ("etag", "last-modified", "cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
    for condition in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": modified},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Sun, 22 Nov 2026 10:00:00 -0000"},
        {"If-Modified-Since": "Sun, 22 Nov 2026 10:00:00 +99999999999999999999"},
        {"If-Modified-Since": "Sun, 22 Nov 99999999999999 10:00:00 GMT"},
    ):
        assert client.get(path, headers=condition).status_code == 200, condition


@pytest.mark.parametrize("path", PATHS)
def test_gzip_is_another_representation_of_the_same(client: TestClient, path: str) -> None:
    plain = client.get(path, headers=PLAIN)
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as response:
        raw = b"".join(response.iter_raw())
    varies = [response.headers["vary"], plain.headers["vary"]]
    chosen = "Accept, " if path.split("?", maxsplit=1)[0] in LISTS else ""
    assert varies == [f"{chosen}Accept-Encoding"] * 2
    assert int(response.headers["content-length"]) == len(raw)
    if "content-encoding" in response.headers:
        assert gzip.decompress(raw) == plain.content
        assert len(raw) < len(plain.content)
        assert response.headers["etag"] != plain.headers["etag"]
    else:
        assert raw == plain.content
        assert len(raw) < 600


@pytest.mark.parametrize("path", [*PATHS, "/v1/nothing", "/v1/companies?limit=0"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    changing = {"x-request-id", "date"}
    assert {**head.headers, **dict.fromkeys(changing)} == {**get.headers, **dict.fromkeys(changing)}


@pytest.mark.parametrize("path", PATHS)
def test_options_tells_what_is_allowed(client: TestClient, path: str) -> None:
    response = client.options(path)
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_options_of_nothing_is_a_404(client: TestClient) -> None:
    for path in ("/v1/nothing", "/v1/companies/a/b", "/nothing"):
        assert client.options(path).status_code == 404, path
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_told_what_is_allowed(client: TestClient, method: str) -> None:
    response = client.request(method, "/v1/companies")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_browser_may_ask_from_anywhere(client: TestClient) -> None:
    preflight = client.options(
        "/v1/companies",
        headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"},
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "GET" in preflight.headers["access-control-allow-methods"]
    for path in ("/v1/companies", "/v1/nothing", "/v1/companies?limit=0"):
        response = client.get(path, headers={"Origin": "https://example.org"})
        assert response.headers["access-control-allow-origin"] == "*"
        exposed = response.headers["access-control-expose-headers"]
        assert {"Link", "ETag", "X-Request-ID"} <= set(exposed.split(", "))


@pytest.mark.parametrize("path", [*PATHS, "/v1/nothing", "/v1/companies?limit=0", "/healthz"])
def test_every_answer_is_safe_to_show(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "server" not in headers
    assert headers["cache-control"]


def test_lists_link_to_their_pages(client: TestClient) -> None:
    page = client.get("/v1/companies", params={"limit": 5, "city": "omsk"})
    following = page.json()["next"]
    assert page.headers["link"] == (
        f'</v1/companies?limit=5&city=omsk>; rel="first", <{following}>; rel="next"'
    )
    assert client.get(following).json()["next"] is None
    assert 'rel="next"' not in client.get(following).headers["link"]
    assert page.links["next"]["url"] == following


def test_the_language_is_told(client: TestClient) -> None:
    for path in ("/v1/companies", "/v1/companies/sibir", "/v1/facts", "/v1/search?q=омск"):
        assert client.get(path).headers.get_list("content-language") == ["ru"]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/companies?q=%FF", 400),
        ("/v1/companies?%FF=1", 400),
        ("/v1/companies/%FF", 400),
        ("/v1/companies/%ED%A0%80", 400),
        ("/v1/companies?q=%ED%A0%80", 400),
        ("/v1/companies?q=%00", 422),
        ("/v1/companies?q=" + "a" * MAX_TARGET, 414),
        ("/v1/companies?q=" + "a" * 60_000, 414),
        ("/v1/" + "a" * MAX_TARGET, 414),
        ("/v1/../etc/passwd", 404),
        ("/v1/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/v1/companies;limit=0", 404),
        ("/v1/companies/sibir%2F", 404),
    ],
)
def test_strange_targets_get_a_clear_answer(client: TestClient, target: str, status: int) -> None:
    response = client.get(target)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_a_foreign_host_leads_nowhere(client: TestClient) -> None:
    for path in ("/", "/v1/companies/", "/docs/"):
        response = client.get(path, headers={"Host": "evil.example"})
        assert "evil" not in response.headers.get("location", "")
        assert "evil" not in response.text


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=nonsense", False),
        ("gzip;q=", True),
        ("identity", False),
        ("", False),
        ("gzip;q=0, *", False),
    ],
)
def test_which_codings_a_client_takes(accepted: str, *, expected: bool) -> None:
    assert takes_gzip(accepted) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([("if-none-match", '"a"')], True),
        ([("if-none-match", '"b"'), ("if-none-match", 'W/"a"')], True),
        ([("if-none-match", "a")], False),
        ([("if-modified-since", "Sun, 22 Nov 2026 10:00:00 GMT")], True),
        ([("if-modified-since", "Sun, 22 Nov 2026 09:59:59 GMT")], False),
        ([], False),
    ],
)
def test_when_a_copy_is_still_good(asked: list[tuple[str, str]], *, expected: bool) -> None:
    answer = MutableHeaders({"ETag": '"a"', "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"})
    raw = [(name.encode(), value.encode()) for name, value in asked]
    assert is_known(Headers(raw=raw), answer) is expected


def test_the_problem_types_lead_to_a_page(client: TestClient) -> None:
    problems: list[dict[str, Any]] = [
        client.get("/v1/nothing").json(),
        client.post("/v1/companies").json(),
        client.get("/v1/companies?limit=0").json(),
        client.get("/v1/companies?q=%FF").json(),
        client.get("/" + "a" * MAX_TARGET).json(),
    ]
    assert len({problem["type"] for problem in problems}) == 5
    for problem in problems:
        page = client.get(problem["type"])
        assert page.status_code == 200
        assert str(problem["status"]) in page.text
    assert client.get("/problems/none").status_code == 404


def test_an_error_nobody_foresaw_keeps_the_headers(seeded_url: str) -> None:
    app = create_app(Settings(database_url=seeded_url, access_log=False))

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError

    with TestClient(app) as client:
        response = client.get("/broken", headers={"X-Request-ID": "mine-1"})
    assert response.status_code == 500
    assert response.json()["request_id"] == response.headers["x-request-id"] == "mine-1"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-content-type-options"] == "nosniff"
