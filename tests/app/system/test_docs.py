"""The docs page: everything it loads is served from here."""

import re

from fastapi.testclient import TestClient


def test_the_docs_page_loads_only_its_own_assets(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http" not in page.text.replace("http-equiv", "")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 5
    types = {path: client.get(path).headers["content-type"].split(";")[0] for path in loaded}
    assert types == {
        "/docs/favicon.png": "image/png",
        "/docs/swagger-ui.css": "text/css",
        "/docs/pobratim.css": "text/css",
        "/docs/swagger-ui-bundle.js": "text/javascript",
        "/docs/pobratim.js": "text/javascript",
    }
    assert client.get("/docs/nothing.js").status_code == 404
    assert '"/openapi.json"' in client.get("/docs/pobratim.js").text
