"""Negotiation: which form a client gets."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.formats.negotiation import MEDIA_TYPES, choose
from app.listing import FORMS
from tests.helpers import LISTS

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
        # Equally liked: the more precisely named, then the first offered.
        ("*/*, text/csv", "csv"),
        ("text/csv, application/json", "json"),
        ("application/*, application/ld+json", "jsonld"),
        # The most precise range has the say, not the best.
        ("application/json;q=0.1, */*;q=0.9", "csv"),
        ("application/json;q=0, application/*", "ndjson"),
        ("application/json;q=0, */*", "csv"),
        ("text/csv;q=0, text/*", "json"),
        # None of them, or nothing that can be read
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
def test_the_form_that_a_client_likes_best(accepted: str, expected: str) -> None:
    assert choose(accepted, FORMS) == expected


def test_the_first_one_offered_is_the_default() -> None:
    assert choose("", ["graphml", "json"]) == "graphml"
    assert choose("*/*", ["graphml", "json"]) == "graphml"
    assert choose("text/csv", ["graphml", "json"]) == "graphml"
    assert choose("application/json", ["graphml", "json"]) == "json"


@given(st.text() | st.text(alphabet="textcsv/*;=q.,019 applicationjsonld+", max_size=60))
def test_garbage_is_never_an_error(accepted: str) -> None:
    assert choose(accepted, FORMS) in FORMS


def quality(form: str, weights: dict[str, int]) -> int:
    """Return how a form is liked, in thousandths, as RFC 9110 tells."""
    media_type = MEDIA_TYPES[form].split(";")[0]
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
def test_nothing_is_chosen_that_is_liked_less(
    weights: dict[str, int], offered: list[str], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(weights)))
    space = data.draw(st.sampled_from(["", " ", "\t"]))
    accepted = f",{space}".join(
        f"{name}{space};{space}q={weights[name] / 1000:.3f}" for name in order
    )
    chosen = choose(accepted, offered)
    best = max(quality(form, weights) for form in offered)
    assert quality(chosen, weights) == best
    if best == 0:
        assert chosen == offered[0]
    assert choose(accepted.upper(), offered) == chosen


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_every_form(client: TestClient, path: str) -> None:
    for form in FORMS:
        media_type = MEDIA_TYPES[form]
        asked = client.get(path, params={"format": form})
        liked = client.get(path, headers={"Accept": media_type})
        for response in (asked, liked):
            assert response.status_code == 200
            assert response.headers["content-type"] == media_type
            assert response.headers["content-language"] == "ru"
            assert response.headers["cache-control"] == "public, no-cache"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["access-control-allow-origin"] == "*"
        if form == "json":
            assert asked.json()["items"] == liked.json()["items"]
        else:
            assert asked.content == liked.content


def test_what_is_asked_for_comes_before_what_is_liked(client: TestClient) -> None:
    for form in FORMS:
        for accepted in ("text/csv", "application/json", "application/x-ndjson", "image/png"):
            response = client.get(
                "/v1/places", params={"format": form}, headers={"Accept": accepted}
            )
            assert response.headers["content-type"] == MEDIA_TYPES[form]


@pytest.mark.parametrize("accepted", [FIREFOX, CHROME, "*/*", "", ",;q=", "image/png"])
def test_a_browser_sees_json(client: TestClient, accepted: str) -> None:
    response = client.get("/v1/companies", headers={"Accept": accepted})
    assert response.headers["content-type"] == "application/json"
    assert "content-disposition" not in response.headers
    assert response.json()["total"] == 12


@pytest.mark.parametrize("form", [None, *FORMS])
def test_caches_are_told_what_the_answer_varies_by(client: TestClient, form: str | None) -> None:
    parameters: dict[str, Any] = {"format": form} if form else {}
    for coding in ("gzip", "identity"):
        response = client.get(
            "/v1/companies", params=parameters, headers={"Accept-Encoding": coding}
        )
        assert response.headers.get_list("vary") == ["Accept, Accept-Encoding"]


@pytest.mark.parametrize("form", ["xlsx", "CSV", "", "graphml", "text/csv"])
def test_a_form_that_isnt_offered_is_refused(client: TestClient, form: str) -> None:
    response = client.get("/v1/companies", params={"format": form})
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == ["query.format"]
