"""Verification: a check against the text reports exactly the data that was tampered with."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update
from sqlmodel import col

from app.db.engine import make_engine
from app.domain.sentences import measure
from app.domain.spans import Span
from app.main import create_app
from app.models import RenderedItem
from app.settings import Settings
from tests.app.api import serve, walk
from tests.helpers import Client, StatementCounter
from tests.seed.test_seed import TEXT, write

Json = dict[str, Any]
Get = Callable[..., Json]

DOCUMENT = "/v1/documents/omsk-days-pavlodar"
VERIFICATION = f"{DOCUMENT}/verification"


def spans(client: TestClient) -> list[tuple[str, Json]]:
    """Return the evidence spans of the list of facts, each with its fact's id."""
    return [
        (fact["id"], evidence)
        for fact in walk(client, "/v1/facts", document="omsk-days-pavlodar")
        for evidence in fact["evidence"]
        if evidence["document"]["id"] == "omsk-days-pavlodar"
    ]


def test_the_shipped_document_passes(client: TestClient, get: Get) -> None:
    found = get(VERIFICATION)
    document = get(DOCUMENT)
    data = client.get(document["text"]).content
    assert {name: found["document"][name] for name in ("id", "kind", "name")} == {
        name: document[name] for name in ("id", "kind", "name")
    }
    assert get(found["document"]["href"]) == document
    assert found["sha256"] == document["sha256"] == hashlib.sha256(data).hexdigest()
    assert found["sha256_matches"] is True
    assert (found["failed"], found["failures"]) == (0, [])


def test_the_counts_match_the_list_of_facts(client: TestClient, get: Get) -> None:
    found = get(VERIFICATION)
    assert found["facts"] == get("/v1/facts", document="omsk-days-pavlodar")["total"] == 286
    assert found["spans"] == len(spans(client)) == 394


def test_the_coverage_equals_that_of_the_seed(client: TestClient, get: Get) -> None:
    text = client.get(f"{DOCUMENT}/text").content.decode()
    expected = measure(text, [Span(each["start"], each["end"]) for _, each in spans(client)])
    assert get(VERIFICATION)["coverage"] == {
        "characters": len(text),
        "covered": expected.covered,
        "share": expected.share,
        "bare": [
            {"start": span.start, "end": span.end, "text": sentence}
            for span, sentence in expected.bare
        ],
    }


def test_a_verification_takes_three_statements(get: Get, statements: StatementCounter) -> None:
    get(VERIFICATION)
    assert len(statements.seen) == 3


@pytest.mark.parametrize("slug", ["no-such", "document:omsk-days-pavlodar", "Омск", "x" * 500])
def test_an_unknown_document_is_not_found(client: TestClient, slug: str) -> None:
    response = client.get(f"/v1/documents/{slug}/verification")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_a_parameter_is_rejected(client: TestClient) -> None:
    assert client.get(VERIFICATION, params={"limit": 1}).status_code == 422


@contextmanager
def tampered(url: str, *statements: str) -> Iterator[TestClient]:
    """Execute statements on a database; yield a client of an application over it."""
    engine = make_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount > 0, statement
    engine.dispose()
    settings = Settings(database_url=url, access_log=False)
    with Client(create_app(settings)) as client:
        yield client


def tamper(url: str, path: str, change: Callable[[Json], None]) -> None:
    """Apply a change to every stored item of a list."""
    engine = make_engine(url)
    with engine.begin() as connection:
        shown = select(col(RenderedItem.id), col(RenderedItem.text)).where(
            col(RenderedItem.list) == path
        )
        for key, text in connection.execute(shown).all():
            item = json.loads(text)
            change(item)
            new = update(RenderedItem).where(
                col(RenderedItem.list) == path, col(RenderedItem.id) == key
            )
            connection.execute(new.values(text=json.dumps(item)))
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        lambda span: {"prefix": "~" + span["prefix"][1:]},
        lambda span: {"prefix": span["prefix"][:-1] + "~"},
        lambda span: {"suffix": "~" + span["suffix"][1:]},
        lambda span: {"suffix": span["suffix"][:-1] + "~"},
        lambda span: {"suffix": span["suffix"] + "~"},
        lambda span: {"prefix": "~" + span["prefix"]},
        lambda span: {"exact": "~" + span["exact"][1:]},
        lambda span: {"exact": "~" * len(span["exact"])},
        lambda span: {"start": span["start"] - 1, "end": span["end"] - 1},
        lambda span: {"start": span["start"] + 1, "end": span["end"] + 1},
    ],
)
def test_exactly_the_changed_spans_are_reported(
    own_url: str, client: TestClient, change: Callable[[Json], Json]
) -> None:
    before = client.get(VERIFICATION).json()
    by_start = {each["start"]: (fact, each["start"]) for fact, each in spans(client)}
    picked = {by_start[start] for start in sorted(start for start in by_start if start > 600)[:3]}

    def spoil(fact: Json) -> None:
        for span in fact["evidence"]:
            if (fact["id"], span["start"]) in picked:
                span.update(change(span))

    tamper(own_url, "/v1/facts", spoil)
    with tampered(own_url) as other:
        found = other.get(VERIFICATION).json()
        text = other.get(f"{DOCUMENT}/text").text
        current = {(fact, each["start"], each["end"], each["exact"]) for fact, each in spans(other)}
    assert found["failed"] == len(found["failures"]) == len(picked) == 3
    assert {each["fact"] for each in found["failures"]} == {fact for fact, _ in picked}
    for each in found["failures"]:
        span = (each["start"], each["end"])
        assert each["found"] == text[slice(*span)]
        assert (each["fact"], *span, each["exact"]) in current
    order = [(each["start"], each["end"], each["fact"]) for each in found["failures"]]
    assert order == sorted(order)
    # Only the items were changed, so the hash of the text and the counts stay.
    for name in ("document", "sha256", "sha256_matches", "facts", "spans"):
        assert found[name] == before[name]


def test_a_changed_letter_of_the_text_fails_the_spans_around_it(
    own_url: str, client: TestClient
) -> None:
    at = next(each for _, each in spans(client) if each["exact"] == "ЗАО «Сибирь»")["start"]
    change = f"substr(text, 1, {at}) || 'О' || substr(text, {at + 2})"
    with tampered(own_url, f"UPDATE document SET text = {change}") as other:  # noqa: S608
        found = other.get(VERIFICATION).json()
        text = other.get(f"{DOCUMENT}/text").content
        document = other.get(DOCUMENT).json()
    assert found["sha256_matches"] is False
    assert found["sha256"] == hashlib.sha256(text).hexdigest() != document["sha256"]
    # A span fails where its quote, prefix or suffix contains the letter.
    expected = {
        (fact, each["start"], each["end"])
        for fact, each in spans(client)
        if each["start"] - len(each["prefix"]) <= at < each["end"] + len(each["suffix"])
    }
    failures = {(each["fact"], each["start"], each["end"]) for each in found["failures"]}
    assert failures == expected
    assert found["failed"] == len(failures) > 1
    assert any(each["found"] == "ОАО «Сибирь»" for each in found["failures"])


def test_a_changed_letter_far_from_evidence_fails_only_the_hash(
    tmp_path: Path, fresh_url: str
) -> None:
    documents = write(tmp_path / "documents", text=TEXT + " Пусто." * 20)
    with serve(fresh_url, documents):
        pass
    change = "UPDATE document SET text = substr(text, 1, length - 1) || '!'"
    with tampered(fresh_url, change) as client:
        found = client.get("/v1/documents/doc/verification").json()
    assert (found["sha256_matches"], found["failed"]) == (False, 0)


def test_a_changed_hash_is_reported(own_url: str) -> None:
    tamper(own_url, "/v1/documents", lambda item: item.update(sha256=item["sha256"][::-1]))
    with tampered(own_url) as client:
        found = client.get(VERIFICATION).json()
        stated = client.get(DOCUMENT).json()["sha256"]
    assert found["sha256_matches"] is False
    assert found["sha256"] != stated
    assert found["failed"] == 0


def test_failures_beyond_the_listed_hundred_are_counted(own_url: str, client: TestClient) -> None:
    def spoil(fact: Json) -> None:
        for span in fact["evidence"]:
            span["suffix"] = "~"

    tamper(own_url, "/v1/facts", spoil)
    with tampered(own_url) as other:
        found = other.get(VERIFICATION).json()
    assert found["failed"] == found["spans"] == 394
    assert len(found["failures"]) == 100
    first = sorted((each["start"], each["end"], fact) for fact, each in spans(client))[:100]
    assert [(each["start"], each["end"], each["fact"]) for each in found["failures"]] == first


def test_the_coverage_of_a_truncated_text_is_at_most_1(own_url: str) -> None:
    cut = "UPDATE document SET text = substr(text, 1, 1000), length = 1000"
    with tampered(own_url, cut) as client:
        found = client.get(VERIFICATION).json()
    assert found["sha256_matches"] is False
    assert found["failed"] > 0
    coverage = found["coverage"]
    assert coverage["characters"] == 1000
    assert coverage["covered"] <= 1000
    assert 0 <= coverage["share"] <= 1


def test_only_the_documents_own_evidence_is_verified(tmp_path: Path, fresh_url: str) -> None:
    documents = tmp_path / "documents"
    write(documents, "a")
    write(documents, "b", text=f"Вот. {TEXT}")
    with serve(fresh_url, documents) as client:
        for slug in "ab":
            found = client.get(f"/v1/documents/{slug}/verification").json()
            assert (found["facts"], found["spans"], found["failed"]) == (5, 5, 0)
            assert found["sha256_matches"] is True

    def spoil(fact: Json) -> None:
        for span in fact["evidence"]:
            if span["document"]["id"] == "b":
                span["prefix"] = "~"

    tamper(fresh_url, "/v1/facts", spoil)
    with tampered(fresh_url) as client:
        failed = [
            client.get(f"/v1/documents/{slug}/verification").json()["failed"] for slug in "ab"
        ]
    assert failed == [0, 5]


def test_a_text_without_facts_lists_its_first_hundred_bare_sentences(
    tmp_path: Path, fresh_url: str
) -> None:
    text = " ".join(f"Предложение {number}." for number in range(130))
    documents = write(
        tmp_path / "documents",
        text=text,
        document="title: Предложение 7.\nlanguage: ru",
        facts="{}",
    )
    with serve(fresh_url, documents) as client:
        found = client.get("/v1/documents/doc/verification").json()
    assert (found["facts"], found["spans"], found["coverage"]["share"]) == (0, 0, 0)
    bare = found["coverage"]["bare"]
    assert [each["text"] for each in bare] == [f"Предложение {number}." for number in range(100)]
    assert all(text[each["start"] : each["end"]] == each["text"] for each in bare)
