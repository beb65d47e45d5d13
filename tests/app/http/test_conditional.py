"""Conditional requests: 304 where the client's copy is fresh, 200 where it isn't."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers, MutableHeaders

from app.http import conditional
from app.http.conditional import CODE_MODIFIED_AT, is_not_modified
from tests.app.middleware import PATHS
from tests.helpers import ROOT


@pytest.mark.parametrize("path", PATHS)
def test_every_response_supports_conditional_requests(client: TestClient, path: str) -> None:
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


@pytest.mark.parametrize(
    ("request_headers", "expected"),
    [
        ([("if-none-match", '"a"')], True),
        ([("if-none-match", '"b"'), ("if-none-match", 'W/"a"')], True),
        ([("if-none-match", "a")], False),
        ([("if-modified-since", "Sun, 22 Nov 2026 10:00:00 GMT")], True),
        ([("if-modified-since", "Sun, 22 Nov 2026 09:59:59 GMT")], False),
        ([], False),
    ],
)
def test_a_matching_tag_or_date_is_not_modified(
    request_headers: list[tuple[str, str]], *, expected: bool
) -> None:
    response = MutableHeaders({"ETag": '"a"', "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"})
    raw = [(name.encode(), value.encode()) for name, value in request_headers]
    assert is_not_modified(Headers(raw=raw), response) is expected


def test_the_time_of_the_code_is_that_of_all_of_app() -> None:
    assert conditional._APP == ROOT / "app"
    for path in ("app/__init__.py", "app/domain/vocabulary.toml"):
        assert datetime.fromtimestamp((ROOT / path).stat().st_mtime, UTC) <= CODE_MODIFIED_AT
