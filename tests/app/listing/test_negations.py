"""Negations: what a filter finds and what its negation finds make up the whole list."""

from collections.abc import Callable
from itertools import product
from typing import Any, get_origin

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import registry
from app.listing.selection import resolve
from app.params.cursors import Pagination
from app.registry import LISTS as RESOURCES
from app.resources.companies import CompanyQuery, companies
from tests.app.api import walk
from tests.helpers import LISTS
from tests.test_contract import FILTERS, parameters

Json = dict[str, Any]
Get = Callable[..., Json]

LISTINGS = {each.listing.path: each.listing for each in registry.LISTS}
NEGATED = [(path, name) for path in LISTS for name in FILTERS[path] if name != "official"]
OPTIONAL = [(path, name) for path in LISTS for name in LISTINGS[path].presence]

# The field of an item that shows the values of a filter; the others have the filter's name.
FIELDS = {
    "brand": "brands",
    "product": "products",
    "event": "events",
    "role": "events",
    "agreement": "agreements",
    "participant": "participants",
    "sphere": "spheres",
    "party": "parties",
    "signatory": "signatories",
}


def ids(client: TestClient, path: str, **query: Any) -> set[str]:
    """Return the ids of all records of a list that match."""
    found = [each["id"] for each in walk(client, path, **query)]
    assert len(found) == len(set(found)) == client.get(path, params=query).json()["total"]
    return set(found)


def value_of(path: str, name: str, item: Json) -> Any:
    """Return the value of an item that a filter compares; None and [] where there is none."""
    if name in {"year", "month", "day"}:
        return item["date"] and item["date"][name]
    field = "participants" if (path, name) == ("/v1/events", "role") else FIELDS.get(name, name)
    return item[field]


@pytest.mark.parametrize(("path", "name"), NEGATED)
def test_a_filter_and_its_negation_make_up_the_list(
    client: TestClient, path: str, name: str
) -> None:
    everything = ids(client, path)
    values = [FILTERS[path][name]]
    if name in LISTINGS[path].facets:
        counts = client.get(path, params={"facet": name}).json()["facets"][name]
        values += [each["value"] for each in counts if each["value"] is not None]
    for value in values[:12]:
        found, others = (ids(client, path, **{each: value}) for each in (name, f"not_{name}"))
        assert not found & others, value
        assert found | others == everything, value


@pytest.mark.parametrize(("path", "name"), NEGATED)
def test_a_negation_of_several_values_finds_what_has_none_of_them(
    client: TestClient, path: str, name: str
) -> None:
    if name not in LISTINGS[path].facets:
        return
    counts = client.get(path, params={"facet": name}).json()["facets"][name]
    values = [each["value"] for each in counts if each["value"] is not None][:3]
    if len(values) < 2:
        return
    found, others = (ids(client, path, **{each: values}) for each in (name, f"not_{name}"))
    assert not found & others
    assert found | others == ids(client, path)
    each_alone = [ids(client, path, **{f"not_{name}": value}) for value in values]
    assert others == set.intersection(*each_alone)


def test_dates_without_a_year_go_with_those_that_a_filter_keeps(client: TestClient) -> None:
    everything = ids(client, "/v1/events")
    for name, yearless in product(("date_from", "date_to"), ("true", "false")):
        query = {"include_yearless": yearless}
        found = ids(client, "/v1/events", **query, **{name: "2013-01-01"})
        others = ids(client, "/v1/events", **query, **{f"not_{name}": "2013-01-01"})
        assert not found & others
        assert found | others == everything
        assert bool(found) == (yearless == "true")


@pytest.mark.parametrize(("path", "name"), OPTIONAL)
def test_records_lack_what_their_items_show_as_null_or_empty(
    client: TestClient, path: str, name: str
) -> None:
    items = walk(client, path)
    if name == "mention":
        facts = walk(client, "/v1/facts", predicate="mention")
        having = {each["subject"]["id"] for each in facts}
    else:
        having = {each["id"] for each in items if value_of(path, name, each) not in (None, [])}
    assert ids(client, path, has=name) == having
    assert ids(client, path, lacks=name) == {each["id"] for each in items} - having


def test_all_of_several_names_must_be_there_or_lacking(client: TestClient) -> None:
    items = walk(client, "/v1/companies")
    expected = {each["id"] for each in items if not each["brands"] and not each["legal_form"]}
    assert ids(client, "/v1/companies", lacks=["brand", "legal_form"]) == expected
    expected = {each["id"] for each in items if each["legal_form"] and not each["products"]}
    assert ids(client, "/v1/companies", has="legal_form", lacks="product") == expected
    assert not ids(client, "/v1/companies", has="brand", lacks="brand")


def test_each_negation_of_related_rows_holds_by_itself(client: TestClient) -> None:
    path = "/v1/companies"
    event, role = "vystavka-tovarov-i-uslug", "exhibitor"
    in_event, in_role = ids(client, path, event=event), ids(client, path, role=role)
    assert ids(client, path, event=event, not_role=role) == in_event - in_role
    everything = ids(client, path)
    assert ids(client, path, not_event=event, not_role=role) == everything - in_event - in_role
    in_both = ids(client, path, event=event, role=role)
    assert ids(client, path, event=event, role=role, not_city="omsk") == in_both - ids(
        client, path, city="omsk"
    )


@pytest.mark.parametrize("path", LISTS)
def test_every_filter_but_booleans_has_a_negation(application: FastAPI, path: str) -> None:
    documented = parameters(application, path)
    filters = FILTERS[path].keys() - {"official"}
    negations = {name for name in documented if name.startswith("not_")}
    assert negations == {f"not_{name}" for name in filters}
    for name in filters:
        one, other = documented[name], documented[f"not_{name}"]
        assert one["schema"].get("items") == other["schema"].get("items")
        assert f"`{name}`" in other["description"]


@pytest.mark.parametrize("path", LISTS)
def test_only_what_may_be_lacking_can_be_asked_for(
    application: FastAPI, client: TestClient, path: str
) -> None:
    documented = parameters(application, path)
    optional = LISTINGS[path].presence.keys()
    for name in ("has", "lacks"):
        values = documented.get(name, {"schema": {"items": {"enum": []}}})["schema"]["items"]
        assert set(values["enum"]) == optional
        response = client.get(path, params={name: "name"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["where"].startswith(f"query.{name}")


def test_the_refusal_of_an_unknown_parameter_lists_the_negations(client: TestClient) -> None:
    (error,) = client.get("/v1/companies?not_town=omsk").json()["errors"]
    assert {"not_city", "has", "lacks"} <= set(
        error["allowed"].removeprefix("One of: ").split(", ")
    )
    (error,) = client.get("/v1/people?not_official=true").json()["errors"]
    assert error["where"] == "query.not_official"
    (error,) = client.get("/v1/facts?not_overlaps=0,9&not_overlaps=1,9").json()["errors"][:1]
    assert error["allowed"] == "not_overlaps once"


@pytest.mark.parametrize("query", [{"not_city": "omsk"}, {"has": "city"}, {"lacks": "brand"}])
def test_links_and_cursors_keep_negations(client: TestClient, get: Get, query: Json) -> None:
    page = get("/v1/companies", limit=1, facet="city", **query)
    (name, value), *_ = query.items()
    assert f"{name}={value}" in page["next"]
    assert "facet=city" in page["next"]
    assert get(page["next"])["total"] == page["total"]
    cursor = page["next"].rpartition("cursor=")[2]
    for other in ({}, {name: "legal_form"}):
        assert client.get("/v1/companies", params={"cursor": cursor, **other}).status_code == 422


@pytest.mark.parametrize("file_format", ["csv", "ndjson", "jsonld"])
def test_exports_take_negations(client: TestClient, file_format: str) -> None:
    query = {"not_city": "omsk", "lacks": "brand", "format": file_format, "fields": "name"}
    found = client.get("/v1/companies", params=query).text
    items = client.get("/v1/companies", params={**query, "format": "json"}).json()["items"]
    names = {each["name"] for each in walk(client, "/v1/companies")}
    assert items
    assert {name for name in names if name in found} == {each["name"] for each in items}


def test_negations_only_ever_test_rows() -> None:
    query = CompanyQuery.model_validate({"city": ["omsk"], "not_city": ["mir"], "lacks": ["brand"]})
    selection = resolve(companies, query, 51)
    assert selection.active == {"city", "not_city", "lacks=brand"}
    assert selection.negations == {"not_city", "lacks=brand"}


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_is_bound_to_every_negation(path: str) -> None:
    (query,) = [each.query for each in RESOURCES if each.listing.path == path]
    sent = [{}, *(sent_as(query, path, name) for name in LISTINGS[path].negations)]
    urls = [Pagination(path, query.model_validate(each)).url(["", 1]) for each in sent]
    assert len({url.partition("cursor=")[2] for url in urls}) == len(sent)


def sent_as(query: Any, path: str, name: str) -> Json:
    """Return the parameters of a negation."""
    parameter, _, value = name.partition("=")
    value = value or FILTERS[path][name.removeprefix("not_")]
    is_list = get_origin(query.model_fields[parameter].annotation) is list
    return {parameter: [value] if is_list else value}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_filter_and_its_negation_make_up_what_others_find(
    client: TestClient, data: st.DataObject
) -> None:
    path, name = data.draw(st.sampled_from(NEGATED))
    # Positive filters of one related row hold for the same row, so they are no others.
    together = {
        each
        for related in LISTINGS[path].related
        for each in related.filters
        if name in related.filters
    }
    others = st.sampled_from(sorted(FILTERS[path].keys() - together - {"official"} | {""}))
    found = data.draw(others, "a filter")
    negated = data.draw(
        st.sampled_from([each for one, each in NEGATED if one == path]), "a negation"
    )
    lacking = data.draw(st.sampled_from([*LISTINGS[path].presence, ""]), "lacking")
    query = {found: FILTERS[path][found]} if found else {}
    query[f"not_{negated}"] = FILTERS[path][negated]
    if lacking:
        query[data.draw(st.sampled_from(["has", "lacks"]))] = lacking
    if name in {found, negated}:
        return
    value = FILTERS[path][name]
    both = [ids(client, path, **query, **{each: value}) for each in (name, f"not_{name}")]
    assert not both[0] & both[1]
    assert both[0] | both[1] == ids(client, path, **query)
