"""The endpoint of the vocabulary: all words, to every client as the other routes are."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.vocabulary import Vocabulary
from app.domain.vocabulary import KINDS, LEGAL_FORMS, PREDICATES, STATUSES, SUPPORTS, TYPES
from app.main import create_app
from app.settings import Settings
from tests.helpers import Client, eventually

Json = dict[str, Any]
Get = Callable[..., Json]

PATH = "/v1/vocabulary"


def test_a_word_has_key_labels_and_meaning(get: Get) -> None:
    (form,) = [each for each in get(PATH)["legal_forms"] if each["key"] == "ЗАО"]
    assert form == {
        "key": "ЗАО",
        "label": {"ru": "закрытое акционерное общество", "en": "closed joint-stock company"},
        "meaning": LEGAL_FORMS["ЗАО"].meaning,
    }


def test_a_kind_has_a_plural_and_a_collection_that_is_served(get: Get, client: TestClient) -> None:
    for kind in get(PATH)["kinds"]:
        assert set(kind["plural"]) == {"ru", "en"}
        assert client.get(f"/v1/{kind['collection']}").status_code == 200


def test_a_predicate_tells_what_it_is_said_of_and_what_it_takes(get: Get) -> None:
    predicates = {each["key"]: each for each in get(PATH)["predicates"]}
    assert {
        name: value
        for name, value in predicates["parent"].items()
        if name not in {"key", "label", "meaning"}
    } == {
        "subjects": ["organization", "place", "event"],
        "value": None,
        "objects": ["organization", "place", "event"],
        "single": True,
        "same_kind": True,
        "verbatim": False,
        "role": False,
    }
    assert predicates["status"]["value"] == "status"
    assert predicates["date"]["value"] == "edtf"
    assert predicates["legal_form"]["verbatim"]


def test_every_word_is_served_in_its_order(get: Get) -> None:
    served = get(PATH)
    assert Vocabulary.model_validate(served)
    for name, words in (
        ("kinds", KINDS),
        ("supports", SUPPORTS),
        ("statuses", STATUSES),
        ("legal_forms", LEGAL_FORMS),
        ("predicates", PREDICATES),
    ):
        assert [each["key"] for each in served[name]] == list(words)
    assert {kind: [each["key"] for each in words] for kind, words in served["types"].items()} == {
        kind: list(words) for kind, words in TYPES.items()
    }


def test_a_role_is_the_predicate_of_that_name(get: Get) -> None:
    served = get(PATH)
    predicates = {each["key"]: each for each in served["predicates"]}
    for kind, roles in served["roles"].items():
        assert roles
        for role in roles:
            predicate = predicates[role["key"]]
            assert predicate["role"]
            assert kind in predicate["subjects"]
            assert role == {name: predicate[name] for name in ("key", "label", "meaning")}


def test_a_known_copy_is_not_sent_again(client: TestClient) -> None:
    first = client.get(PATH)
    assert first.headers["content-language"] == "en, ru"
    headers = {"If-None-Match": first.headers["etag"]}
    again = client.get(PATH, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(PATH)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_another_method_is_a_problem_with_allow(client: TestClient, method: str) -> None:
    response = client.request(method, PATH)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert response.headers["content-type"] == "application/problem+json"


def test_a_parameter_is_a_problem(client: TestClient) -> None:
    response = client.get(PATH, params={"lang": "ru"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["where"] == "query.lang"


def test_the_cache_keeps_it(own_url: str) -> None:
    app = create_app(Settings(database_url=own_url, access_log=False))
    with Client(app) as client:
        eventually(lambda: app.state.database.revision() is not None)
        first = client.get(PATH)
        assert app.cache is not None
        assert [path for path, *_ in app.cache.entries] == [PATH]
        assert client.get(PATH).content == first.content
