"""Search: what typical questions find, in which order, highlighted where, and corrected when."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.finding import SCORES
from app.vocabulary import COLLECTIONS
from tests.helpers import LISTS, ROOT

Json = dict[str, Any]
Get = Callable[..., Json]
WORDS = ["омск", "павлодар", "мэр", "сибирь", "выставка", "о", "д", "с", "кокс"]
reads = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


def judge(client: TestClient, name: str) -> tuple[dict[str, float], list[str]]:
    """Return the shares that a set of questions reaches, and what it misses."""
    questions = yaml.safe_load((ROOT / "tests" / "search" / name).read_text(encoding="utf-8"))
    asked: Counter[str] = Counter()
    met: Counter[str] = Counter()
    missed = []
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
            either = [first] if isinstance(first, str) else first
            checks.append(("first", bool(hits) and hits[0] in either))
        for check, is_met in checks:
            asked[check] += 1
            met[check] += is_met
        if not all(is_met for _, is_met in checks):
            missed.append(f"{question['q']!r}: wanted {wanted}, first {first}, got {hits[:5]}")
    return {check: met[check] / asked[check] for check in asked}, missed


def test_the_questions_written_before_the_search_was_tuned(client: TestClient) -> None:
    shares, missed = judge(client, "queries.yaml")
    report = f"{shares}\n" + "\n".join(missed)
    print(report)
    assert shares["found"] >= 0.95, report
    assert shares["first"] >= 0.90, report
    assert shares["empty"] == 1, report


def test_the_questions_written_afterwards_are_reported(
    client: TestClient, record_property: Callable[[str, object], None]
) -> None:
    shares, missed = judge(client, "queries_after.yaml")
    print(shares, *missed, sep="\n")
    record_property("search", shares)
    assert shares.keys() == {"found", "first", "empty"}


def test_every_record_is_found_first_by_its_exact_name(get: Get) -> None:
    for path in LISTS[:-1]:
        for item in get(path, limit=200)["items"]:
            hit = get("/v1/search", q=item["name"])["items"][0]
            assert hit["name"] == item["name"]
            assert hit["score"] == 1.0


def test_every_printed_form_finds_its_record(get: Get) -> None:
    for path in LISTS[:-1]:
        for item in get(path, limit=200)["items"]:
            for name in item["also_known_as"]:
                assert item["id"] in [hit["id"] for hit in get("/v1/search", q=name)["items"]]


@reads
@given(
    st.text(min_size=1, max_size=200)
    | st.text("омскпавлдр «»-\"'*()^:OAN{}NEAROR\\ 🙂é", min_size=1, max_size=60)
)
def test_no_question_breaks_it(client: TestClient, question: str) -> None:
    try:
        question.encode()
    except UnicodeEncodeError:
        return
    for path in ("/v1/search", "/v1/suggest", "/v1/companies", "/v1/facts"):
        response = client.get(path, params={"q": question, "limit": 5})
        assert response.status_code in {200, 422}, (path, response.text)


@reads
@given(st.lists(st.sampled_from(WORDS), min_size=1))
def test_the_pages_together_are_all_hits_best_first(get: Get, words: list[str]) -> None:
    question = " ".join(words[:4])
    whole = get("/v1/search", q=question, limit=200)
    assert whole["total"] == len(whole["items"])
    scores = [hit["score"] for hit in whole["items"]]
    assert scores == sorted(scores, reverse=True)
    assert set(scores) <= set(SCORES)
    keys = [(hit["kind"], hit["id"]) for hit in whole["items"]]
    assert len(set(keys)) == len(keys)
    pieces = []
    page = get("/v1/search", q=question, limit=3)
    while True:
        pieces += page["items"]
        assert page["total"] == whole["total"]
        if page["next"] is None:
            break
        page = get(page["next"])
    assert pieces == whole["items"]


@pytest.mark.parametrize("question", ["омск", "кокс", "мэр", "выставка", "сотрудничество", "о"])
def test_lists_find_what_the_search_finds_of_their_kind(get: Get, question: str) -> None:
    kinds = {"companies": "company", "people": "person", "events": "event", "places": "place"}
    for collection, kind in kinds.items():
        found = get(f"/v1/{collection}", q=question, limit=200)
        hits = get("/v1/search", q=question, kind=kind, limit=200)
        assert {item["id"] for item in found["items"]} == {hit["id"] for hit in hits["items"]}
        assert found["total"] == hits["total"]


@pytest.mark.parametrize(
    "question", ["омск", "Dvorakovskogo", "эко стандарт", "мэр", "нефтяного кокса", "о"]
)
def test_highlights_are_ranges_of_the_snippet(get: Get, question: str) -> None:
    for hit in get("/v1/search", q=question, limit=200)["items"]:
        snippet = hit["snippet"]
        assert snippet["highlights"]
        end = 0
        for each in snippet["highlights"]:
            assert end <= each["start"] < each["end"] <= len(snippet["text"])
            end = each["end"]


def test_a_snippet_of_a_fact_leads_to_it(get: Get) -> None:
    hit = get("/v1/search", q="прокаленный кокс", kind="company")["items"][0]
    snippet = hit["snippet"]
    assert (hit["id"], snippet["field"], snippet["text"]) == (
        "unpk",
        "product",
        "прокаленный нефтяной кокс",
    )
    marked = [snippet["text"][each["start"] : each["end"]] for each in snippet["highlights"]]
    assert marked == ["прокаленный", "кокс"]
    assert get(f"/v1/facts/{snippet['fact']}")["value"] == snippet["text"]


def test_a_snippet_of_evidence_stands_in_the_facts_evidence(get: Get) -> None:
    hit = get("/v1/search", q="турбулентность", kind="quotation")["items"][0]
    fact = get(f"/v1/facts/{hit['snippet']['fact']}")
    spoken = [fact["value"], *(each["exact"] for each in fact["evidence"])]
    assert hit["snippet"]["text"] in spoken


@pytest.mark.parametrize(
    ("question", "meant", "first"),
    [
        ("Павлодор", "Павлодар", "pavlodar"),
        ("Омкс", "Омск", "omsk"),
        ("Pavlodr", "Павлодар", "pavlodar"),
        ("мэр Дваровский", None, None),
        ("аким Бокауов", "аким Бакауов", "bulat-bakauov"),
        ("Доброежка", "Доброешка", "turbina"),
    ],
)
def test_one_slip_is_put_right_and_told(
    get: Get, question: str, meant: str | None, first: str | None
) -> None:
    page = get("/v1/search", q=question)
    assert page["did_you_mean"] == meant
    assert ([hit["id"] for hit in page["items"]] or [None])[0] == first


def test_the_next_page_of_a_correction_asks_what_was_meant(get: Get) -> None:
    page = get("/v1/search", q="Павлодор", limit=2)
    following = get(page["next"])
    assert following["did_you_mean"] is None
    assert following["total"] == page["total"]
    assert following["items"] == get("/v1/search", q="Павлодар", limit=4)["items"][2:]


@pytest.mark.parametrize("question", ["Москва", "Томск", "Tomsk", "Moskva", "Орск", "Минск"])
def test_a_word_that_exists_is_no_slip(get: Get, question: str) -> None:
    page = get("/v1/search", q=question)
    assert (page["items"], page["total"], page["did_you_mean"]) == ([], 0, None)


@pytest.mark.parametrize("letter", ["\U000982bd", "\U0001885d", "ª", "ß", "ﬁ", "一", "¤", "ﹰ"])
def test_letters_of_every_kind_are_words(client: TestClient, letter: str) -> None:
    for path in ("/v1/search", "/v1/suggest", "/v1/places"):
        for question in (letter, f"омск{letter}", f"{letter} омск", f"om{letter}", f"{letter} ооо"):
            assert client.get(path, params={"q": question}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/search", *LISTS])
def test_a_kind_is_no_word_of_a_record(get: Get, path: str) -> None:
    for kind in (*COLLECTIONS, "pers", "¤person"):
        assert get(path, q=kind)["total"] == 0, kind


def test_kinds_can_be_chosen(get: Get) -> None:
    kinds = {hit["kind"] for hit in get("/v1/search", q="омск", kind=["place", "event"])["items"]}
    assert kinds == {"place", "event"}


@pytest.mark.parametrize(
    ("begun", "completed"),
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
def test_names_are_completed_as_one_types(get: Get, begun: str, completed: str) -> None:
    items = get("/v1/suggest", q=begun)["items"]
    assert completed in [item["id"] for item in items[:5]]
    assert all(item["snippet"]["field"] in {"name", "also_known_as"} for item in items)


def test_suggestions_are_of_names_alone_and_as_many_as_asked(get: Get) -> None:
    assert get("/v1/suggest", q="кокс")["items"] == []
    assert len(get("/v1/suggest", q="о", limit=2)["items"]) == 2
    assert {hit["kind"] for hit in get("/v1/suggest", q="о", kind="event")["items"]} <= {"event"}


def test_a_cursor_of_another_question_is_refused(client: TestClient, get: Get) -> None:
    cursor = get("/v1/search", q="омск", limit=1)["next"].split("cursor=")[1]
    response = client.get("/v1/search", params={"q": "павлодар", "cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "query.cursor"


def test_the_statements_of_a_search_dont_grow_with_its_page(get: Get, statements: Any) -> None:
    for limit in (1, 20, 200):
        statements.seen.clear()
        get("/v1/search", q="омск", limit=limit)
        # Revision and total, a statement a tier until the page is full, and passages.
        assert len(statements.seen) <= 2 + 5 + 1
