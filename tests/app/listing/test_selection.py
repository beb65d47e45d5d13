"""Selections: the filters, values, order and position of a query, resolved without a database."""

import pytest

from app.domain.ids import entity_id
from app.exceptions import InvalidRequestError
from app.listing.selection import Position, resolve
from app.params.cursors import Pagination
from app.resources.companies import CompanyQuery, companies
from app.resources.events import EventQuery, events


def test_no_parameter_selects_the_whole_list_by_name() -> None:
    selection = resolve(companies, CompanyQuery(), 51)
    assert (selection.active, selection.values, selection.after) == (frozenset(), {}, None)
    assert (selection.sort, selection.order, selection.limit) == ("name", "asc", 51)


def test_the_sort_of_a_query_decides_the_type_in_its_cursor() -> None:
    query = EventQuery(sort="date", order="desc")
    number, text = (
        Pagination(events.path, query).url([key, 7]).partition("cursor=")[2]
        for key in (2013_10_14, "сибирь")
    )
    selection = resolve(events, query.model_copy(update={"cursor": number}), 51)
    assert (selection.sort, selection.order) == ("date", "desc")
    assert selection.after == Position(2013_10_14, 7)
    with pytest.raises(InvalidRequestError):
        resolve(events, query.model_copy(update={"cursor": text}), 51)


def test_values_are_bound_in_the_form_that_columns_have() -> None:
    query = CompanyQuery(city=["omsk"], legal_form=["ООО", "«зао»"], role=["host"])
    selection = resolve(companies, query, 51)
    assert selection.active == {"city", "legal_form", "role"}
    assert selection.single_valued == {"city", "role"}
    assert selection.values == {
        "city": [entity_id("place", "omsk")],
        "legal_form": ["ооо", "зао"],
        "role": ["host"],
    }


@pytest.mark.parametrize(
    ("sent", "bounds"),
    [
        ({"date_from": "2013-10-14"}, (2013_10_14, 9999_12_31, 0, -1)),
        (
            {"date_from": "2013-10-14", "include_yearless": "true"},
            (1, 9999_12_31, 1_01_01, 2013_10_13),
        ),
    ],
)
def test_two_ranges_are_one_with_a_gap(sent: dict[str, str], bounds: tuple[int, ...]) -> None:
    selection = resolve(events, EventQuery.model_validate(sent), 51)
    names = ("first", "last", "gap_first", "gap_last")
    assert selection.active == selection.single_valued == {"date_from"}
    assert tuple(selection.values[f"date_from_{name}"] for name in names) == bounds


def test_a_cursor_is_the_position_to_continue_from() -> None:
    query = CompanyQuery(city=["omsk"])
    cursor = Pagination(companies.path, query).url(["сибирь", 7]).partition("cursor=")[2]
    following = query.model_copy(update={"cursor": cursor})
    assert resolve(companies, following, 51).after == Position("сибирь", 7)
    other = CompanyQuery(city=["pavlodar"], cursor=cursor)
    with pytest.raises(InvalidRequestError) as caught:
        resolve(companies, other, 51)
    assert caught.value.errors[0].where == "query.cursor"
