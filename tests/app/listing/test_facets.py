"""Facets: a count is what filtering by its value gives, whatever else is asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.counts import MAX_COUNTS
from app.listing import Listing
from app.main import RESOURCES
from app.text import fold
from tests.app.api import serve, walk
from tests.helpers import LISTS, StatementCounter
from tests.seed.test_seed import TEXT, write

Json = dict[str, Any]
Get = Callable[..., Json]

LISTINGS = {
    each.path: each
    for resource in RESOURCES
    for each in vars(resource).values()
    if isinstance(each, Listing)
}
FACETS = [(path, name) for path in LISTS for name in LISTINGS[path].facets]
WORDS = {
    "/v1/companies": "омск",
    "/v1/officials": "омск",
    "/v1/people": "павлодар",
    "/v1/organizations": "омск",
    "/v1/places": "казахстан",
    "/v1/events": "омск",
    "/v1/agreements": "павлодар",
    "/v1/quotations": "павлодар",
    "/v1/documents": "миссия",
    "/v1/facts": "омск",
}


def parameter(application: FastAPI, path: str, name: str) -> Json:
    """Return the schema of a list's parameter."""
    operation = application.openapi()["paths"][path]["get"]
    (found,) = [each for each in operation["parameters"] if each["name"] == name]
    schema: Json = found["schema"]
    return schema


def counts(get: Get, path: str, name: str, **asked: Any) -> list[Json]:
    """Return the counts of one facet, which must be whole."""
    page = get(path, facet=name, limit=1, **asked)
    assert list(page["facets"]) == [name]
    assert page["facets_capped"] == []
    found: list[Json] = page["facets"][name]
    return found


def check(get: Get, path: str, name: str, **asked: Any) -> list[Json]:
    """Check that every count is the total of the list with its value; return the counts."""
    found = counts(get, path, name, **asked)
    for each in found:
        assert list(each) == ["value", "label", "count"]
        assert get(path, limit=1, **asked, **{name: each["value"]})["total"] == each["count"], each
    assert len({each["value"] for each in found}) == len(found)
    by = [(-each["count"], fold(each["label"])) for each in found]
    assert by == sorted(by)
    return found


def resolved(application: FastAPI, schema: Json) -> Json:
    """Return a schema that may stand in the document's components."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = application.openapi()["components"]["schemas"][name] if name else schema
    return found


@pytest.mark.parametrize("path", LISTS)
def test_the_documented_facets_are_those_of_the_listing(
    application: FastAPI, client: TestClient, path: str
) -> None:
    schema = parameter(application, path, "facet")
    items = resolved(application, schema["items"])
    offered = items.get("enum", [items.get("const")])
    assert set(offered) == LISTINGS[path].facets.keys()
    assert len(offered) == len(set(offered))
    # Nothing can be counted that can't be filtered by, and all of them at once are no trouble.
    for name in offered:
        assert parameter(application, path, name)
    page = client.get(path, params={"facet": offered, "limit": 1}).json()
    assert list(page["facets"]) == offered


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_count_is_what_filtering_gives(get: Get, path: str, name: str) -> None:
    assert check(get, path, name) or (path, name) == ("/v1/events", "year")


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_count_is_what_filtering_what_q_finds_gives(get: Get, path: str, name: str) -> None:
    assert get(path, q=WORDS[path], limit=1)["total"] > 0
    check(get, path, name, q=WORDS[path])


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_no_value_is_missing(
    application: FastAPI, client: TestClient, get: Get, path: str, name: str
) -> None:
    """Filter by everything that the facet doesn't show: nothing is left."""
    shown = {fold(each["value"]) for each in counts(get, path, name)}
    schema = parameter(application, path, name)
    if schema.get("type") != "array":
        assert shown == {"true", "false"}
        return
    items = resolved(application, schema["items"])
    if items.get("enum"):
        candidates = set(items["enum"])
    elif items["type"] == "integer":
        candidates = {str(each) for each in range(items["minimum"], min(items["maximum"], 60) + 1)}
    elif "pattern" in items and "[a-z0-9]" in items["pattern"]:
        records = [
            (item["kind"], item["id"])
            for each in set(LISTS) - {"/v1/facts"}
            for item in get(each, limit=200)["items"]
        ]
        named = any(":" in value for value in shown)
        candidates = {f"{kind}:{slug}" if named else slug for kind, slug in records}
    else:
        candidates = {fact["value"] for fact in walk(client, "/v1/facts") if fact["value"]}
        candidates = {value for value in candidates if len(value) <= 200}
    if name == "language":
        candidates = {"ru", "kk", "en"}
    missing = sorted(each for each in candidates if fold(each) not in shown)
    assert len(missing) < len(candidates) or not shown
    for start in range(0, len(missing), 10):
        assert get(path, limit=1, **{name: missing[start : start + 10]})["total"] == 0


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_label_is_what_one_reads(client: TestClient, get: Get, path: str, name: str) -> None:
    """A record's label is its name, and any other value is its own."""
    facts = walk(client, "/v1/facts", predicate="name")
    names = {f"{fact['subject']['kind']}:{fact['subject']['id']}": fact["value"] for fact in facts}
    names |= {f"document:{each['id']}": each["name"] for each in get("/v1/documents")["items"]}
    found = counts(get, path, name)
    for each in found:
        meant = {
            label for key, label in names.items() if each["value"] in {key, key.partition(":")[2]}
        }
        assert each["label"] in (meant or {each["value"]})


def test_kinds_are_told_where_they_share_ids(get: Get) -> None:
    for path, name in (
        ("/v1/facts", "subject"),
        ("/v1/facts", "object"),
        ("/v1/quotations", "mention"),
        ("/v1/events", "participant"),
        ("/v1/events", "venue"),
        ("/v1/agreements", "party"),
    ):
        assert all(":" in each["value"] for each in counts(get, path, name))
    for path, name in (("/v1/companies", "city"), ("/v1/facts", "attributed_to")):
        assert not any(":" in each["value"] for each in counts(get, path, name))


@pytest.mark.parametrize("path", LISTS)
def test_facets_are_there_only_if_asked_for(get: Get, path: str) -> None:
    assert not {"facets", "facets_capped"} & get(path).keys()
    assert not {"facets", "facets_capped"} & get(path, q=WORDS[path]).keys()


@pytest.mark.parametrize("path", LISTS)
def test_facets_change_nothing_else(get: Get, path: str) -> None:
    names = list(LISTINGS[path].facets)
    plain, full = get(path, limit=3), get(path, limit=3, facet=names)
    assert full["items"] == plain["items"]
    assert full["total"] == plain["total"]
    if full["next"]:
        # The next page goes on counting, and counts the same.
        following = get(full["next"])
        assert following["facets"] == full["facets"]
        assert following["items"] == get(plain["next"])["items"]


@pytest.mark.parametrize("path", LISTS)
def test_a_facet_asked_twice_is_counted_once(get: Get, path: str) -> None:
    name, *_, last = [*LISTINGS[path].facets] * 2
    page = get(path, facet=[last, name, last])
    assert list(page["facets"]) == list(dict.fromkeys([last, name]))
    assert page["facets"][name] == counts(get, path, name)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["no_such_facet", "q", "id", "sort", "", "type,place"])
def test_an_unknown_facet_is_refused(client: TestClient, path: str, name: str) -> None:
    response = client.get(path, params={"facet": name})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["where"] for error in response.json()["errors"]] == ["query.facet.0"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("form", ["csv", "ndjson", "jsonld"])
def test_only_json_has_facets(client: TestClient, path: str, form: str) -> None:
    name = next(iter(LISTINGS[path].facets))
    response = client.get(path, params={"facet": name, "format": form})
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == ["query.facet"]


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_nothing_has_no_counts(get: Get, path: str, name: str) -> None:
    asked = {"id": "0" * 16}
    assert get(path, **asked)["total"] == 0
    assert counts(get, path, name, **asked) == []


@pytest.mark.parametrize("path", LISTS)
def test_a_facet_is_one_statement(get: Get, statements: StatementCounter, path: str) -> None:
    names = list(LISTINGS[path].facets)

    def number(asked: list[str], **question: str) -> int:
        statements.seen.clear()
        get(path, facet=asked, **question)
        return len(statements.seen)

    # Those of a whole list are kept, so that one has all of them.
    assert number(names[:1]) == number(names) == number([]) + 1
    numbers = [number(asked, q="омск") - len(asked) for asked in ([], names[:1], names)]
    assert len(set(numbers)) == 1


def test_documents_are_counted_by_the_passages_that_overlap(tmp_path: Path, fresh_url: str) -> None:
    documents = tmp_path / "documents"
    write(documents, "a")
    write(documents, "b", text=f"Вот. {TEXT}")
    with serve(fresh_url, documents) as client:
        for start in range(0, len(TEXT) + 5, 4):
            asked = {"overlaps": f"{start},{start + 4}"}
            page = client.get("/v1/facts", params={**asked, "facet": "document"})
            assert page.status_code == 200, page.text
            found = page.json()["facets"]["document"]
            for each in found:
                filtered = client.get("/v1/facts", params={**asked, "document": each["value"]})
                assert filtered.json()["total"] == each["count"]
            assert bool(found) == bool(page.json()["total"])


def test_the_same_words_in_other_spellings_are_one_value(tmp_path: Path, fresh_url: str) -> None:
    forms = ["ООО", "ооо", "«ООО»", "ЗАО"]
    text = "Компании: " + " ".join(f"{form} К{at}." for at, form in enumerate(forms))
    facts = "companies:\n" + "".join(
        f"  k{at}:\n"
        f"    - {{predicate: name, value: К{at}, quote: {form} К{at}}}\n"
        f"    - {{predicate: legal_form, value: {form}, quote: {form} К{at}}}\n"
        for at, form in enumerate(forms)
    )
    documents = write(
        tmp_path / "documents", text=text, document="title: Компании\nlanguage: ru\n", facts=facts
    )
    with serve(fresh_url, documents) as client:
        found = client.get("/v1/companies?facet=legal_form").json()["facets"]["legal_form"]
        assert [(fold(each["value"]), each["count"]) for each in found] == [("ооо", 3), ("зао", 1)]
        for each in found:
            page = client.get("/v1/companies", params={"legal_form": each["value"]}).json()
            assert page["total"] == each["count"]


# One company and one post more than are counted, and one form and one post that two have.
MANY = MAX_COUNTS + 1


def crowd() -> tuple[str, str]:
    """Return a text and its facts with more legal forms and posts than are counted."""
    numbers = [f"{number:04d}" for number in range(MANY)]
    text = "Много всего. " + " ".join(
        [*(f"Ф{each} К{each}." for each in numbers), *(f"П{each} Ч{each}." for each in numbers)]
    )
    lines = ["companies:"]
    for each in [*numbers, "twin"]:
        form = numbers[-1] if each == "twin" else each
        lines.append(f"  k{each}:")
        lines.append(f"    - {{predicate: name, value: К{each}, quote: Ф{form} К{form}}}")
        lines.append(f"    - {{predicate: legal_form, value: Ф{form}, quote: Ф{form} К{form}}}")
    lines.append("people:")
    for each in [*numbers[:-1], "twin"]:
        post = numbers[0] if each == "twin" else each
        lines.append(f"  p{each}:")
        lines.append(f"    - {{predicate: name, value: Ч{each}, quote: П{post} Ч{post}}}")
        lines.append(f"    - {{predicate: position, value: П{post}, quote: П{post} Ч{post}}}")
    return text, "\n".join(lines) + "\n"


def test_a_facet_of_too_many_values_says_so(tmp_path: Path, fresh_url: str) -> None:
    text, facts = crowd()
    documents = write(
        tmp_path / "documents", text=text, document="title: Много\nlanguage: ru\n", facts=facts
    )
    with serve(fresh_url, documents) as client:
        page = client.get("/v1/companies?facet=legal_form&facet=city&limit=1").json()
        assert page["facets_capped"] == ["legal_form"]
        assert page["facets"]["city"] == []
        found = page["facets"]["legal_form"]
        assert len(found) == MAX_COUNTS
        assert found[0] == {"value": f"Ф{MAX_COUNTS}", "label": f"Ф{MAX_COUNTS}", "count": 2}
        assert {each["count"] for each in found[1:]} == {1}
        # Just as many as are counted are all there.
        page = client.get("/v1/officials?facet=position&limit=1").json()
        assert page["facets_capped"] == []
        found = page["facets"]["position"]
        assert len(found) == MAX_COUNTS
        assert found[0] == {"value": "П0000", "label": "П0000", "count": 2}
        assert [each["value"] for each in found] == [
            f"П{number:04d}" for number in range(MAX_COUNTS)
        ]
