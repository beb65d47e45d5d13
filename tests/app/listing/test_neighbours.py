"""Neighbours: the records one fact away match the list of facts."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.schemas.facts import MAX_PER_PREDICATE
from tests.app.api import serve, walk
from tests.helpers import WITH_FACTS, StatementCounter
from tests.seed.test_seed import write

Json = dict[str, Any]
Get = Callable[..., Json]


def expected(client: TestClient, entity: Json) -> list[Json]:
    """Return the groups computed from the list of facts."""
    key = f"{entity['kind']}:{entity['id']}"
    groups = []
    for direction, own, other in (("out", "subject", "object"), ("in", "object", "subject")):
        facts = [fact for fact in walk(client, "/v1/facts", **{own: key}) if fact["object"]]
        facts.sort(key=lambda fact: str(fact["predicate"]))  # stable: keeps reading order
        for predicate, each in groupby(facts, key=lambda fact: str(fact["predicate"])):
            tied = [{"entity": fact[other], "fact": fact} for fact in each]
            groups.append(
                {
                    "predicate": predicate,
                    "direction": direction,
                    "total": len(tied),
                    "neighbours": tied[:MAX_PER_PREDICATE],
                }
            )
    return groups


@pytest.mark.parametrize("path", WITH_FACTS)
def test_the_groups_match_the_list_of_facts(client: TestClient, get: Get, path: str) -> None:
    items = get(path, limit=200)["items"]
    assert items
    for item in items:
        found = get(f"{path}/{item['id']}/related")
        assert found["entity"].keys() == {"id", "kind", "name", "href"}
        assert {name: found["entity"][name] for name in ("id", "kind", "name")} == {
            name: item[name] for name in ("id", "kind", "name")
        }
        assert get(found["entity"]["href"])["id"] == item["id"]
        assert found["groups"] == expected(client, item)


@pytest.mark.parametrize("path", WITH_FACTS)
def test_each_fact_relates_the_record_to_its_neighbour(get: Get, path: str) -> None:
    for item in get(path, limit=200)["items"]:
        related = get(f"{path}/{item['id']}/related")
        record = related["entity"]
        directions = [group["direction"] for group in related["groups"]]
        assert directions == sorted(directions, reverse=True)
        for group in related["groups"]:
            assert group["total"] == len(group["neighbours"])
            for neighbour in group["neighbours"]:
                other, fact = neighbour["entity"], neighbour["fact"]
                ends = (record, other) if group["direction"] == "out" else (other, record)
                assert (fact["subject"], fact["object"]) == ends
                assert fact["predicate"] == group["predicate"]
                assert fact["value"] is None
                assert fact["evidence"]


def test_each_fact_is_listed_in_both_directions(get: Get) -> None:
    seen = set()
    for path in set(WITH_FACTS) - {"/v1/officials"}:
        for item in get(path, limit=200)["items"]:
            for group in get(f"{path}/{item['id']}/related")["groups"]:
                for neighbour in group["neighbours"]:
                    seen.add((neighbour["fact"]["id"], group["direction"]))
    assert seen
    assert {fact for fact, side in seen if side == "out"} == {
        fact for fact, side in seen if side == "in"
    }


@pytest.mark.parametrize("path", WITH_FACTS)
@pytest.mark.parametrize("slug", ["no-such-record", "Омск", "place:omsk", "x" * 500])
def test_neighbours_of_an_unknown_record_are_not_found(
    client: TestClient, path: str, slug: str
) -> None:
    response = client.get(f"{path}/{slug}/related")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == 404


def test_a_person_without_a_position_is_not_found_as_official(client: TestClient, get: Get) -> None:
    for person in get("/v1/people", official="false", limit=200)["items"]:
        assert client.get(f"/v1/people/{person['id']}/related").status_code == 200
        assert client.get(f"/v1/officials/{person['id']}/related").status_code == 404


@pytest.mark.parametrize("path", WITH_FACTS)
@pytest.mark.parametrize("name", ["limit", "include", "cursor", "x"])
def test_a_parameter_is_rejected(client: TestClient, get: Get, path: str, name: str) -> None:
    slug = get(path, limit=1)["items"][0]["id"]
    response = client.get(f"{path}/{slug}/related", params={name: "1"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["where"] for error in response.json()["errors"]] == [f"query.{name}"]


def test_the_statement_count_is_independent_of_the_neighbours(
    get: Get, statements: StatementCounter
) -> None:
    counts = {}
    for path in WITH_FACTS:
        for item in get(path, limit=200)["items"]:
            statements.seen.clear()
            groups = get(f"{path}/{item['id']}/related")["groups"]
            counts[path, item["id"]] = (len(groups), len(statements.seen))
    assert len({groups for groups, _ in counts.values()}) > 3
    assert len({number for _, number in counts.values()}) == 1
    assert max(number for _, number in counts.values()) <= 5


MANY = 120
NUMBERS = [f"{number:03d}" for number in range(MANY)]
# The text lists them in descending order, so the reading order differs from that of the ids.
CROWD = "Главный город. Цитата: «Да». " + " ".join(f"К{number}." for number in reversed(NUMBERS))
CROWD_FACTS = (
    "companies:\n"
    + "".join(
        f"  k{number}:\n"
        f"    - {{predicate: name, value: К{number}, quote: К{number}}}\n"
        f"    - {{predicate: city, object: place/gorod, quote: К{number}}}\n"
        for number in NUMBERS
    )
    + "places:\n  gorod:\n"
    "    - {predicate: name, value: Город, quote: Главный город}\n"
    "    - {predicate: sister_city, object: place/gorod, quote: Главный город}\n"
    "quotations:\n  da:\n"
    "    - {predicate: name, value: Да, quote: «Да»}\n"
    "    - {predicate: text, value: Да, quote: «Да»}\n"
    + "".join(
        f"    - {{predicate: mention, object: company/k{number}, quote: К{number}}}\n"
        for number in NUMBERS
    )
)


def test_a_group_is_limited_in_reading_order_but_counts_all(tmp_path: Path, fresh_url: str) -> None:
    documents = write(
        tmp_path / "documents",
        text=CROWD,
        document="title: Главный город\nlanguage: ru\n",
        facts=CROWD_FACTS,
    )
    with serve(fresh_url, documents) as client:
        for path, direction, predicate in (
            ("/v1/places/gorod", "in", "city"),
            ("/v1/quotations/da", "out", "mention"),
        ):
            found = client.get(f"{path}/related").json()
            assert found["groups"] == expected(client, found["entity"])
            groups = {(each["direction"], each["predicate"]): each for each in found["groups"]}
            group = groups[direction, predicate]
            assert group["total"] == MANY > MAX_PER_PREDICATE
            listed = [neighbour["entity"]["name"] for neighbour in group["neighbours"]]
            assert listed == [f"К{number}" for number in reversed(NUMBERS)][:MAX_PER_PREDICATE]
        # The limit applies per group; a record related to itself is listed in both directions.
        own = client.get("/v1/places/gorod/related").json()["groups"]
        assert [(each["direction"], each["predicate"], each["total"]) for each in own] == [
            ("out", "sister_city", 1),
            ("in", "city", MANY),
            ("in", "sister_city", 1),
        ]
