"""Facets: each count equals the total of the list filtered by its value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import registry
from app.domain.text import fold
from app.schemas.pages import MAX_FACET_VALUES
from tests.app.api import serve, walk
from tests.helpers import LISTS, StatementCounter
from tests.seed.test_seed import TEXT, write

Json = dict[str, Any]
Get = Callable[..., Json]

LISTINGS = {each.listing.path: each.listing for each in registry.LISTS}
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
    """Return the schema of a parameter of a list."""
    operation = application.openapi()["paths"][path]["get"]
    (found,) = [each for each in operation["parameters"] if each["name"] == name]
    schema: Json = found["schema"]
    return schema


def counts(get: Get, path: str, name: str, **query: Any) -> list[Json]:
    """Return the counts of the values of one facet, which must not be capped."""
    page = get(path, facet=name, limit=1, **query)
    assert list(page["facets"]) == [name]
    assert page["facets_capped"] == []
    return values_of(page["facets"][name])


def values_of(found: list[Json]) -> list[Json]:
    """Return the counts of a facet without that of the records that have no value."""
    assert all(each["value"] is not None for each in found[:-1])
    return [each for each in found if each["value"] is not None]


def check_lacking(get: Get, path: str, name: str, **query: Any) -> int:
    """Check that the count of the value null, which comes last, is what `lacks` finds."""
    last = get(path, facet=name, limit=1, **query)["facets"][name][-1:]
    lacking = sum(each["count"] for each in last if each["value"] is None)
    assert (
        last == []
        or last[0]["value"]
        or last[0]
        == {
            "value": None,
            "label": None,
            "count": lacking,
        }
    )
    if name not in LISTINGS[path].presence:
        assert lacking == 0
        return 0
    names = {*query.get("lacks", []), name}
    query["lacks"] = sorted(names)
    assert get(path, limit=1, **query)["total"] == lacking
    return int(lacking)


def check(get: Get, path: str, name: str, **query: Any) -> list[Json]:
    """Check that each count equals the total of the filtered list; return the counts."""
    check_lacking(get, path, name, **query)
    found = counts(get, path, name, **query)
    for each in found:
        assert list(each) == ["value", "label", "count"]
        assert get(path, limit=1, **query, **{name: each["value"]})["total"] == each["count"], each
    assert len({each["value"] for each in found}) == len(found)
    sort_keys = [(-each["count"], fold(each["label"])) for each in found]
    assert sort_keys == sorted(sort_keys)
    return found


def resolved(application: FastAPI, schema: Json) -> Json:
    """Return a schema, following a reference to the document's components."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = application.openapi()["components"]["schemas"][name] if name else schema
    return found


@pytest.mark.parametrize("path", LISTS)
def test_the_documented_facets_match_the_listing(
    application: FastAPI, client: TestClient, path: str
) -> None:
    schema = parameter(application, path, "facet")
    items = resolved(application, schema["items"])
    documented = items.get("enum", [items.get("const")])
    assert set(documented) == LISTINGS[path].facets.keys()
    assert len(documented) == len(set(documented))
    # Clients filter by the values of a facet, so each facet needs a filter of its name.
    for name in documented:
        assert parameter(application, path, name)
    page = client.get(path, params={"facet": documented, "limit": 1}).json()
    assert list(page["facets"]) == documented


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_count_equals_the_filtered_total(get: Get, path: str, name: str) -> None:
    # The article tells no year, and not where an agreement was signed.
    untold = {("/v1/events", "year"), ("/v1/agreements", "signed_in")}
    assert check(get, path, name) or (path, name) in untold


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_count_of_a_search_equals_its_filtered_total(get: Get, path: str, name: str) -> None:
    assert get(path, q=WORDS[path], limit=1)["total"] > 0
    check(get, path, name, q=WORDS[path])


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_matches_without_a_value_are_counted_beside_any_filter(
    get: Get, path: str, name: str
) -> None:
    for other in LISTINGS[path].facets:
        for each in get(path, facet=other)["facets"][other][:2]:
            if each["value"] is not None:
                for parameter in (other, f"not_{other}"):
                    if parameter != "not_official":
                        check_lacking(get, path, name, **{parameter: each["value"]})
    for other in LISTINGS[path].presence:
        check_lacking(get, path, name, has=other)
        check_lacking(get, path, name, lacks=[other])


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_facet_lists_every_value(
    application: FastAPI, client: TestClient, get: Get, path: str, name: str
) -> None:
    """Filtering by values that the facet doesn't list matches nothing."""
    listed = {fold(each["value"]) for each in counts(get, path, name)}
    schema = parameter(application, path, name)
    if schema.get("type") != "array":
        assert listed == {"true", "false"}
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
        has_kinds = any(":" in value for value in listed)
        candidates = {f"{kind}:{slug}" if has_kinds else slug for kind, slug in records}
    else:
        candidates = {fact["value"] for fact in walk(client, "/v1/facts") if fact["value"]}
        candidates = {value for value in candidates if len(value) <= 200}
    if name == "language":
        candidates = {"ru", "kk", "en"}
    missing = sorted(each for each in candidates if fold(each) not in listed)
    assert len(missing) < len(candidates) or not listed
    for start in range(0, len(missing), 10):
        assert get(path, limit=1, **{name: missing[start : start + 10]})["total"] == 0


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_a_label_is_a_name_or_the_value_itself(
    client: TestClient, get: Get, path: str, name: str
) -> None:
    """A record's label is its name; any other value is its own label."""
    facts = walk(client, "/v1/facts", predicate="name")
    names = {f"{fact['subject']['kind']}:{fact['subject']['id']}": fact["value"] for fact in facts}
    names |= {f"document:{each['id']}": each["name"] for each in get("/v1/documents")["items"]}
    found = counts(get, path, name)
    for each in found:
        expected = {
            label for key, label in names.items() if each["value"] in {key, key.partition(":")[2]}
        }
        assert each["label"] in (expected or {each["value"]})


def test_values_have_a_kind_where_kinds_share_ids(get: Get) -> None:
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
def test_facets_are_returned_only_on_request(get: Get, path: str) -> None:
    assert not {"facets", "facets_capped"} & get(path).keys()
    assert not {"facets", "facets_capped"} & get(path, q=WORDS[path]).keys()


@pytest.mark.parametrize("path", LISTS)
def test_facets_leave_items_and_totals_unchanged(get: Get, path: str) -> None:
    names = list(LISTINGS[path].facets)
    plain, full = get(path, limit=3), get(path, limit=3, facet=names)
    assert full["items"] == plain["items"]
    assert full["total"] == plain["total"]
    if full["next"]:
        # Facets describe the list as a whole, so every page has the same.
        next_page = get(full["next"])
        assert next_page["facets"] == full["facets"]
        assert next_page["items"] == get(plain["next"])["items"]


@pytest.mark.parametrize("path", LISTS)
def test_a_repeated_facet_is_returned_once(get: Get, path: str) -> None:
    name, *_, last = [*LISTINGS[path].facets] * 2
    page = get(path, facet=[last, name, last])
    assert list(page["facets"]) == list(dict.fromkeys([last, name]))
    assert page["facets"][name] == counts(get, path, name)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["no_such_facet", "q", "id", "sort", "", "type,place"])
def test_an_unknown_facet_is_rejected(client: TestClient, path: str, name: str) -> None:
    response = client.get(path, params={"facet": name})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["where"] for error in response.json()["errors"]] == ["query.facet.0"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("file_format", ["csv", "ndjson", "jsonld"])
def test_only_json_has_facets(client: TestClient, path: str, file_format: str) -> None:
    name = next(iter(LISTINGS[path].facets))
    response = client.get(path, params={"facet": name, "format": file_format})
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == ["query.facet"]


@pytest.mark.parametrize(("path", "name"), FACETS)
def test_an_empty_list_has_no_counts(get: Get, path: str, name: str) -> None:
    query = {"id": "0" * 16}
    assert get(path, **query)["total"] == 0
    assert counts(get, path, name, **query) == []


@pytest.mark.parametrize("path", LISTS)
def test_each_facet_takes_one_statement(get: Get, statements: StatementCounter, path: str) -> None:
    names = list(LISTINGS[path].facets)
    optional = names[:1] if names[0] in LISTINGS[path].presence else []

    def statement_count(facets: list[str], **query: str) -> int:
        statements.seen.clear()
        get(path, facet=facets, **query)
        return len(statements.seen)

    # The counts of unfiltered lists are stored by the load; one statement reads all of them.
    assert statement_count(names[:1]) == statement_count(names) == statement_count([]) + 1
    # The matches that lack a value are counted for all facets at once.
    none = statement_count([], q="омск")
    assert statement_count(names[:1], q="омск") == none + 1 + len(optional)
    assert statement_count(names, q="омск") == none + len(names) + bool(LISTINGS[path].presence)


def test_documents_are_counted_by_their_overlapping_spans(tmp_path: Path, fresh_url: str) -> None:
    documents = tmp_path / "documents"
    write(documents, "a")
    write(documents, "b", text=f"Вот. {TEXT}")
    with serve(fresh_url, documents) as client:
        for start in range(0, len(TEXT) + 5, 4):
            query = {"overlaps": f"{start},{start + 4}"}
            page = client.get("/v1/facts", params={**query, "facet": "document"})
            assert page.status_code == 200, page.text
            found = page.json()["facets"]["document"]
            for each in found:
                filtered = client.get("/v1/facts", params={**query, "document": each["value"]})
                assert filtered.json()["total"] == each["count"]
            assert bool(found) == bool(page.json()["total"])


def test_spellings_of_one_value_are_counted_together(tmp_path: Path, fresh_url: str) -> None:
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


# Legal forms exceed the cap by one, positions just reach it; one value of each occurs twice.
MANY = MAX_FACET_VALUES + 1


def text_and_facts() -> tuple[str, str]:
    """Return a text and its facts with ``MANY`` legal forms and ``MAX_FACET_VALUES`` positions."""
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


def test_a_facet_beyond_the_cap_is_flagged(tmp_path: Path, fresh_url: str) -> None:
    text, facts = text_and_facts()
    documents = write(
        tmp_path / "documents", text=text, document="title: Много\nlanguage: ru\n", facts=facts
    )
    with serve(fresh_url, documents) as client:
        page = client.get("/v1/companies?facet=legal_form&facet=city&limit=1").json()
        assert page["facets_capped"] == ["legal_form"]
        assert page["facets"]["city"] == [{"value": None, "label": None, "count": MANY + 1}]
        found = page["facets"]["legal_form"]
        assert len(found) == MAX_FACET_VALUES
        assert found[0] == {
            "value": f"Ф{MAX_FACET_VALUES}",
            "label": f"Ф{MAX_FACET_VALUES}",
            "count": 2,
        }
        assert {each["count"] for each in found[1:]} == {1}
        # A facet of exactly as many values as the cap is complete.
        page = client.get("/v1/officials?facet=position&limit=1").json()
        assert page["facets_capped"] == []
        found = page["facets"]["position"]
        assert len(found) == MAX_FACET_VALUES
        assert found[0] == {"value": "П0000", "label": "П0000", "count": 2}
        assert [each["value"] for each in found] == [
            f"П{number:04d}" for number in range(MAX_FACET_VALUES)
        ]
