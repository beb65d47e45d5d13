"""Compression: gzip of complete bodies, negotiated by Accept-Encoding."""

import gzip

import pytest
from fastapi.testclient import TestClient

from tests.app.middleware import PATHS
from tests.helpers import LISTS

PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", PATHS)
def test_gzip_decompresses_to_the_uncompressed_body(client: TestClient, path: str) -> None:
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
