"""Content negotiation: the format and the coding that a client gets."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.http.negotiation import MEDIA_TYPES, accepts_gzip, choose_format
from tests.helpers import LISTS

FORMATS = ("json", "csv", "ndjson", "jsonld")
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "json"),
        ("*/*", "json"),
        (FIREFOX, "json"),
        (CHROME, "json"),
        ("application/json, text/plain, */*", "json"),
        ("application/json", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/csv; charset=utf-8", "csv"),
        ("text/csv;header=present;q=0.3", "csv"),
        ("text/*", "csv"),
        ("application/*", "json"),
        ("application/x-ndjson", "ndjson"),
        ("application/ld+json", "jsonld"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("application/ld+json, application/json;q=0.9, */*;q=0.1", "jsonld"),
        ("text/csv;q=0.5, application/x-ndjson;q=0.6", "ndjson"),
        ("text/csv;q=0.5,application/json;q=0.499", "csv"),
        ("text/csv;q=1.000 , application/json;q=0.001", "csv"),
        # Of equal weights, the most precise range wins, then the first offered.
        ("*/*, text/csv", "csv"),
        ("text/csv, application/json", "json"),
        ("application/*, application/ld+json", "jsonld"),
        # The most precise range counts, whatever the weights of the others.
        ("application/json;q=0.1, */*;q=0.9", "csv"),
        ("application/json;q=0, application/*", "ndjson"),
        ("application/json;q=0, */*", "csv"),
        ("text/csv;q=0, text/*", "json"),
        # No acceptable format, or no valid weight
        ("text/csv;q=0", "json"),
        ("image/png", "json"),
        ("application/json;q=0", "json"),
        ("*/*;q=0", "json"),
        ("text/csv;q=high", "json"),
        ("text/csv;q=-1", "json"),
        ("text/csv;q=", "json"),
        ("text/csv;q=nan", "json"),
        ("text/csv;q=1e9", "json"),
        ("text/csv;q=٠", "json"),
        ("text/csv;q=²", "json"),
        ("text/csv;q=.", "json"),
        (",;,;;=,", "json"),
        ("text", "json"),
    ],
)
def test_the_format_of_the_highest_weight_is_chosen(accepted: str, expected: str) -> None:
    assert choose_format(accepted, FORMATS) == expected


def test_the_first_format_offered_is_the_default() -> None:
    assert choose_format("", ["graphml", "json"]) == "graphml"
    assert choose_format("*/*", ["graphml", "json"]) == "graphml"
    assert choose_format("text/csv", ["graphml", "json"]) == "graphml"
    assert choose_format("application/json", ["graphml", "json"]) == "json"


@given(st.text() | st.text(alphabet="textcsv/*;=q.,019 applicationjsonld+", max_size=60))
def test_an_invalid_header_is_never_an_error(accepted: str) -> None:
    assert choose_format(accepted, FORMATS) in FORMATS


def quality(format: str, weights: dict[str, int]) -> int:
    """Return the weight of a format in thousandths, as RFC 9110 defines it."""
    media_type = MEDIA_TYPES[format].split(";")[0]
    for name in (media_type, media_type.split("/")[0] + "/*", "*/*"):
        if name in weights:
            return weights[name]
    return 0


RANGES = ["*/*", "text/*", "application/*", "image/png", "text/html"] + [
    media_type.split(";")[0] for media_type in MEDIA_TYPES.values()
]


@given(
    weights=st.dictionaries(st.sampled_from(RANGES), st.integers(0, 1000)),
    offered=st.lists(st.sampled_from(sorted(MEDIA_TYPES)), min_size=1, unique=True),
    data=st.data(),
)
def test_no_format_of_a_lower_weight_is_chosen(
    weights: dict[str, int], offered: list[str], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(weights)))
    space = data.draw(st.sampled_from(["", " ", "\t"]))
    accepted = f",{space}".join(
        f"{name}{space};{space}q={weights[name] / 1000:.3f}" for name in order
    )
    chosen = choose_format(accepted, offered)
    best = max(quality(each, weights) for each in offered)
    assert quality(chosen, weights) == best
    if best == 0:
        assert chosen == offered[0]
    assert choose_format(accepted.upper(), offered) == chosen


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_every_format(client: TestClient, path: str) -> None:
    for name in FORMATS:
        media_type = MEDIA_TYPES[name]
        by_parameter = client.get(path, params={"format": name})
        by_header = client.get(path, headers={"Accept": media_type})
        for response in (by_parameter, by_header):
            assert response.status_code == 200
            assert response.headers["content-type"] == media_type
            assert response.headers["content-language"] == "ru"
            assert response.headers["cache-control"] == "public, no-cache"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["access-control-allow-origin"] == "*"
        if name == "json":
            assert by_parameter.json()["items"] == by_header.json()["items"]
        else:
            assert by_parameter.content == by_header.content


def test_the_parameter_comes_before_the_header(client: TestClient) -> None:
    for name in FORMATS:
        for accepted in ("text/csv", "application/json", "application/x-ndjson", "image/png"):
            response = client.get(
                "/v1/places", params={"format": name}, headers={"Accept": accepted}
            )
            assert response.headers["content-type"] == MEDIA_TYPES[name]


@pytest.mark.parametrize("accepted", [FIREFOX, CHROME, "*/*", "", ",;q=", "image/png"])
def test_a_browser_gets_json(client: TestClient, accepted: str) -> None:
    response = client.get("/v1/companies", headers={"Accept": accepted})
    assert response.headers["content-type"] == "application/json"
    assert "content-disposition" not in response.headers
    assert response.json()["total"] == 12


@pytest.mark.parametrize("format", [None, *FORMATS])
def test_the_response_varies_by_accept_and_accept_encoding(
    client: TestClient, format: str | None
) -> None:
    parameters: dict[str, Any] = {"format": format} if format else {}
    for coding in ("gzip", "identity"):
        response = client.get(
            "/v1/companies", params=parameters, headers={"Accept-Encoding": coding}
        )
        assert response.headers.get_list("vary") == ["Accept, Accept-Encoding"]


@pytest.mark.parametrize("format", ["xlsx", "CSV", "", "graphml", "text/csv"])
def test_an_unknown_format_is_rejected(client: TestClient, format: str) -> None:
    response = client.get("/v1/companies", params={"format": format})
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == ["query.format"]


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
def test_gzip_is_accepted_by_its_weight(accepted: str, *, expected: bool) -> None:
    assert accepts_gzip(accepted) is expected
