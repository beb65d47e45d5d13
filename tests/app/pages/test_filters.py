"""Filters of list pages: what isn't said, and labels of what was sent."""

from typing import Any

from app.pages.filters import MAX_VALUES, Filters
from app.resources.companies import CompanyQuery, companies
from app.resources.documents import DocumentQuery, documents
from app.resources.facts import FactQuery, facts


def count(value: str | None, records: int = 1) -> dict[str, Any]:
    """Return a count of a facet."""
    return {"value": value, "label": value and value.upper(), "count": records}


def test_what_is_not_said_is_a_value_that_lacks_filters_by() -> None:
    counts = {"city": [count("omsk", 9), count(None, 3)]}
    (facet,) = Filters(companies, CompanyQuery(), counts).facets()
    omsk, untold = facet.choices
    assert omsk == ("OMSK", 9, False, "/companies?city=omsk")
    assert untold == ("не сказано", 3, False, "/companies?lacks=city")


def test_what_is_not_said_is_text_where_nothing_filters_by_it() -> None:
    (facet,) = Filters(documents, DocumentQuery(), {"language": [count(None, 3)]}).facets()
    assert facet.choices == [("не сказано", 3, False, "")]


def test_the_choice_of_what_is_not_said_can_be_removed() -> None:
    query = CompanyQuery(lacks=["city", "brand"])
    filters = Filters(companies, query, {"city": [count(None, 3)], "brand": [count(None, 3)]})
    city, _ = filters.facets()
    assert city.choices == [("не сказано", 3, True, "/companies?lacks=brand")]
    assert [each[:2] for each in filters.active()] == [
        ("не сказано", "город"),
        ("не сказано", "торговая марка"),
    ]


def test_what_is_not_said_is_shown_beside_the_first_of_many_values() -> None:
    counts = {"city": [*(count(f"c-{number}", 2) for number in range(40)), count(None, 3)]}
    (facet,) = Filters(companies, CompanyQuery(), counts).facets()
    assert len(facet.choices) == MAX_VALUES
    assert facet.choices[-1].label == "не сказано"
    assert facet.rest == 41 - MAX_VALUES


def test_negations_and_presence_are_named() -> None:
    query = CompanyQuery.model_validate({"not_city": ["omsk"], "has": ["brand"]})
    filters = Filters(companies, query, {"city": [count("omsk")]})
    assert [each[:2] for each in filters.active()] == [
        ("сказано", "торговая марка"),
        ("город, кроме", "omsk"),
    ]


def test_an_active_facet_has_its_active_values_alone() -> None:
    query = CompanyQuery(brand=["а"])
    (facet,) = Filters(companies, query, {"brand": [count("а", 2), count("б", 1)]}).facets()
    assert facet.choices == [("А", 2, True, "/companies")]


def test_a_value_is_known_in_whatever_spelling_it_was_sent() -> None:
    query = CompanyQuery(legal_form=["«ооо»"])
    filters = Filters(companies, query, {"legal_form": [count("ООО")]})
    assert [each.value for each in filters.active()] == ["ООО"]
    query_of_facts = FactQuery(subject=["omsk"], predicate=["city"])
    counts = {"subject": [{"value": "place:omsk", "label": "Омск", "count": 2}]}
    assert [each[:2] for each in Filters(facts, query_of_facts, counts).active()] == [
        ("о ком или о чём", "Омск"),
        ("что сказано", "город"),
    ]
