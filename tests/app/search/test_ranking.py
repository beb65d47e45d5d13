"""Ranking: the hits of typical questions and their order, pages, kinds and suggestions."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.vocabulary import COLLECTIONS
from app.search.tiers import SCORES
from tests.helpers import LISTS, ROOT

Json = dict[str, Any]
Get = Callable[..., Json]
WORDS = ["омск", "павлодар", "мэр", "сибирь", "выставка", "о", "д", "с", "кокс"]
reads = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


def score_questions(client: TestClient, name: str) -> tuple[dict[str, float], list[str]]:
    """Return the share of expectations met by a set of questions, and a line for each failure."""
    questions = yaml.safe_load((ROOT / "tests" / "search" / name).read_text(encoding="utf-8"))
    expected: Counter[str] = Counter()
    passes: Counter[str] = Counter()
    failures = []
    for question in questions:
        response = client.get("/v1/search", params={"q": question["q"], "limit": 20})
        if response.status_code == 422 and question.get("refused"):
            continue
        assert response.status_code == 200, question["q"]
        hits = [f"{hit['kind']}/{hit['id']}" for hit in response.json()["items"]]
        wanted = question.get("find")
        first = question.get("first")
        checks = [("found", each in hits) for each in wanted or ()]
        if wanted == []:
            checks.append(("empty", not hits))
        if first:
            accepted = [first] if isinstance(first, str) else first
            checks.append(("first", bool(hits) and hits[0] in accepted))
        for check, passed in checks:
            expected[check] += 1
            passes[check] += passed
        if not all(passed for _, passed in checks):
            failures.append(f"{question['q']!r}: wanted {wanted}, first {first}, got {hits[:5]}")
    return {check: passes[check] / expected[check] for check in expected}, failures


def test_questions_written_before_tuning_meet_their_shares(client: TestClient) -> None:
    shares, failures = score_questions(client, "queries.yaml")
    report = f"{shares}\n" + "\n".join(failures)
    print(report)
    assert shares["found"] >= 0.95, report
    assert shares["first"] >= 0.90, report
    assert shares["empty"] == 1, report


def test_questions_written_after_tuning_are_reported(
    client: TestClient, record_property: Callable[[str, object], None]
) -> None:
    shares, failures = score_questions(client, "queries_after.yaml")
    print(shares, *failures, sep="\n")
    record_property("search", shares)
    assert shares.keys() == {"found", "first", "empty"}


def test_an_exact_name_is_the_first_hit(get: Get) -> None:
    for path in LISTS[:-1]:
        for item in get(path, limit=200)["items"]:
            hit = get("/v1/search", q=item["name"])["items"][0]
            assert hit["name"] == item["name"]
            assert hit["score"] == 1.0


def test_every_alias_matches_its_record(get: Get) -> None:
    for path in LISTS[:-1]:
        for item in get(path, limit=200)["items"]:
            for name in item["also_known_as"]:
                assert item["id"] in [hit["id"] for hit in get("/v1/search", q=name)["items"]]


@reads
@given(
    st.text(min_size=1, max_size=200)
    | st.text("омскпавлдр «»-\"'*()^:OAN{}NEAROR\\ 🙂é", min_size=1, max_size=60)
)
def test_any_text_is_a_valid_question_or_refused(client: TestClient, question: str) -> None:
    try:
        question.encode()
    except UnicodeEncodeError:
        return
    for path in ("/v1/search", "/v1/suggest", "/v1/companies", "/v1/facts"):
        response = client.get(path, params={"q": question, "limit": 5})
        assert response.status_code in {200, 422}, (path, response.text)


@reads
@given(st.lists(st.sampled_from(WORDS), min_size=1))
def test_the_pages_are_the_whole_list_in_order_of_score(get: Get, words: list[str]) -> None:
    question = " ".join(words[:4])
    complete = get("/v1/search", q=question, limit=200)
    assert complete["total"] == len(complete["items"])
    scores = [hit["score"] for hit in complete["items"]]
    assert scores == sorted(scores, reverse=True)
    assert set(scores) <= set(SCORES)
    keys = [(hit["kind"], hit["id"]) for hit in complete["items"]]
    assert len(set(keys)) == len(keys)
    hits = []
    page = get("/v1/search", q=question, limit=3)
    while True:
        hits += page["items"]
        assert page["total"] == complete["total"]
        if page["next"] is None:
            break
        page = get(page["next"])
    assert hits == complete["items"]


@pytest.mark.parametrize(
    "question", ["омск", "кокс", "мэр", "выставка", "сотрудничество", "о", "п"]
)
def test_a_list_and_the_search_have_the_same_matches_of_a_kind(get: Get, question: str) -> None:
    kinds = {"companies": "company", "people": "person", "events": "event", "places": "place"}
    for collection, kind in kinds.items():
        found = get(f"/v1/{collection}", q=question, limit=200)
        hits = get("/v1/search", q=question, kind=kind, limit=200)
        assert {item["id"] for item in found["items"]} == {hit["id"] for hit in hits["items"]}
        assert found["total"] == hits["total"]


@pytest.mark.parametrize("question", ["и", "о", "и о в", "«В» на (с)"])
@pytest.mark.parametrize("path", ["/v1/search", *LISTS])
def test_function_words_alone_match_no_record(
    get: Get, statements: Any, path: str, question: str
) -> None:
    statements.seen.clear()
    page = get(path, q=question)
    assert (page["items"], page["total"]) == ([], 0)
    assert page.get("did_you_mean") is None
    # Revision and total; a list also reads its stored counts and its page.
    assert len(statements.seen) <= (2 if path == "/v1/search" else 4)


def test_function_words_beside_others_are_ignored(get: Get) -> None:
    for path in ("/v1/search", "/v1/events", "/v1/facts"):
        expected = get(path, q="выставка Павлодар", limit=200)
        assert expected["total"]
        found = get(path, q="и выставка в Павлодар", limit=200)
        assert [each["id"] for each in found["items"]] == [each["id"] for each in expected["items"]]


@pytest.mark.parametrize("letter", ["\U000982bd", "\U0001885d", "ª", "ß", "ﬁ", "一", "¤", "ﹰ"])
def test_letters_of_every_script_are_words(client: TestClient, letter: str) -> None:
    for path in ("/v1/search", "/v1/suggest", "/v1/places"):
        for question in (letter, f"омск{letter}", f"{letter} омск", f"om{letter}", f"{letter} ооо"):
            assert client.get(path, params={"q": question}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/search", *LISTS])
def test_the_name_of_a_kind_matches_no_record(get: Get, path: str) -> None:
    for kind in (*COLLECTIONS, "pers", "¤person"):
        assert get(path, q=kind)["total"] == 0, kind


def test_hits_can_be_restricted_to_kinds(get: Get) -> None:
    kinds = {hit["kind"] for hit in get("/v1/search", q="омск", kind=["place", "event"])["items"]}
    assert kinds == {"place", "event"}


@pytest.mark.parametrize(
    ("prefix", "completed"),
    [
        ("дво", "vyacheslav-dvorakovskiy"),
        ("dvor", "vyacheslav-dvorakovskiy"),
        ("вяч двор", "vyacheslav-dvorakovskiy"),
        ("viac", "vyacheslav-dvorakovskiy"),
        ("о", "omsk"),
        ("o", "omsk"),
        ("эко", "eko-standart"),
        ("экост", "eko-standart"),
        ("«сиб", "sibir"),
        ("ооо тех", "tekhnotent"),
    ],
)
def test_a_typed_prefix_suggests_the_name(get: Get, prefix: str, completed: str) -> None:
    items = get("/v1/suggest", q=prefix)["items"]
    assert completed in [item["id"] for item in items[:5]]
    assert all(item["snippet"]["field"] in {"name", "also_known_as"} for item in items)


def test_suggestions_match_names_only_up_to_the_limit(get: Get) -> None:
    assert get("/v1/suggest", q="кокс")["items"] == []
    assert len(get("/v1/suggest", q="о", limit=2)["items"]) == 2
    assert {hit["kind"] for hit in get("/v1/suggest", q="о", kind="event")["items"]} <= {"event"}


def test_a_cursor_of_another_question_is_rejected(client: TestClient, get: Get) -> None:
    cursor = get("/v1/search", q="омск", limit=1)["next"].split("cursor=")[1]
    response = client.get("/v1/search", params={"q": "павлодар", "cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "query.cursor"


def test_the_number_of_statements_is_independent_of_the_limit(get: Get, statements: Any) -> None:
    for limit in (1, 20, 200):
        statements.seen.clear()
        get("/v1/search", q="омск", limit=limit)
        # Revision, total, at most one statement a tier, hits and passages.
        assert len(statements.seen) <= 2 + 5 + 2
