"""Redbot: responses follow the rules of HTTP caching and content negotiation."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import serving


@pytest.fixture(scope="module")
def address(seeded_url: str) -> Iterator[str]:
    """Serve the seeded database; yield the address."""
    with serving(seeded_url) as address:
        yield address


@pytest.mark.parametrize(
    "path",
    [
        "/v1/companies",
        "/v1/companies/sibir",
        "/v1/documents/omsk-days-pavlodar/text",
        "/v1/companies/nope",
        "/v1/companies?limit=0",
    ],
)
def test_redbot_reports_no_warning(address: str, path: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("redbot")), "-o", "har", f"http://{address}{path}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    messages = json.loads(done.stdout)["log"]["entries"][0]["_red_messages"]
    assert any(message["level"] == "GOOD" for message in messages)
    found = [message for message in messages if message["level"] not in {"GOOD", "INFO"}]
    assert found == []
