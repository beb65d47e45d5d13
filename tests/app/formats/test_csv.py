"""CSV: conversion of values to cells, and of records to rows."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.csv import BETWEEN, cell, columns, rows
from app.resources.companies import CompanyItem
from app.resources.events import EventItem
from app.resources.facts import FactItem

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Surrogates can be neither stored nor encoded as UTF-8.
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
OMSK = {"id": "omsk", "kind": "place", "name": "Омск", "href": "/v1/places/omsk"}


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def csv_of(*pages: list[dict[str, Any]], names: tuple[str, ...] = ("id", "name")) -> bytes:
    table = [(name, lambda record, name=name: record[name]) for name in names]
    return b"".join(rows(table, pages))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("", ""),
        ("Омск", "Омск"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (3678, "3678"),
        ([], ""),
        (["экономика", "спорт"], "экономика | спорт"),
        (OMSK | {"role": "x"}, str(OMSK | {"role": "x"})),
        ([OMSK], "place:omsk"),
        ([OMSK, OMSK], "place:omsk | place:omsk"),
        ([{"role": "host", "event": OMSK}], "host place:omsk"),
        ([{"entity": OMSK, "text": None, "role": "host"}], "host place:omsk"),
        ([{"entity": None, "text": "гости", "role": "visitor"}], "visitor гости"),
        ([{"entity": None, "text": "гости"}], "гости"),
    ],
)
def test_a_value_becomes_one_cell(value: object, expected: str) -> None:
    assert cell(value) == expected


@pytest.mark.parametrize("first", FORMULA)
def test_a_formula_is_escaped(first: str) -> None:
    assert cell(f"{first}1+1") == f"'{first}1+1"
    assert cell([f"{first}1", "2"]) == f"'{first}1{BETWEEN}2"
    assert cell(f" {first}1") == f" {first}1"
    assert cell(f"1{first}1") == f"1{first}1"


@given(TEXTS)
def test_escaping_adds_only_an_apostrophe(text: str) -> None:
    assert cell(text) == ("'" + text if text[:1] in FORMULA and text else text)
    assert not cell(text).startswith(FORMULA)


@given(st.lists(st.tuples(TEXTS, TEXTS)), st.integers(1, 3))
def test_any_text_round_trips(values: list[tuple[str, str]], size: int) -> None:
    records = [{"id": one, "name": other} for one, other in values]
    pages = [records[at : at + size] for at in range(0, len(records), size)]
    content = csv_of(*pages)
    assert read(content) == [
        ["id", "name"],
        *([cell(one), cell(other)] for one, other in values),
    ]
    assert content.count(b"\xef\xbb\xbf") == 1 + sum(
        text.count("\ufeff") for pair in values for text in pair
    )


def test_lines_end_with_crlf_as_in_rfc_4180() -> None:
    content = csv_of([{"id": 'a,"b"', "name": "one\ntwo"}], [{"id": "c", "name": "d\re"}])
    assert content == ('\ufeffid,name\r\n"a,""b""","one\ntwo"\r\nc,"d\re"\r\n'.encode())


def test_an_empty_list_has_only_its_header() -> None:
    assert csv_of() == b"\xef\xbb\xbfid,name\r\n"


def test_an_error_of_the_first_page_precedes_the_header() -> None:
    def failing() -> Any:
        raise ValueError
        yield

    with pytest.raises(ValueError, match=r"^$"):
        next(rows([("id", lambda record: record["id"])], failing()))


def test_each_page_is_written_before_the_next_is_read() -> None:
    read_so_far = []

    def reading() -> Any:
        for number in range(3):
            read_so_far.append(number)
            yield [{"id": number}]

    chunks = rows([("id", lambda record: record["id"])], reading())
    for number in range(3):
        assert next(chunks).endswith(f"{number}\r\n".encode())
        assert read_so_far == list(range(number + 1))
    assert not list(chunks)


def test_columns_follow_the_model() -> None:
    assert [name for name, _ in columns(CompanyItem, ["name", "city"])] == [
        "id", "name", "city_kind", "city_id", "city_name",
    ]  # fmt: skip
    assert [name for name, _ in columns(EventItem, ["date"])] == [
        "id", "date_edtf", "date_text", "date_year", "date_month", "date_day",
    ]  # fmt: skip
    assert [name for name, _ in columns(FactItem, ["evidence"])] == [
        "id", "document_id", "start", "end", "exact", "prefix", "suffix", "more_evidence",
    ]  # fmt: skip
    assert [name for name, _ in columns(CompanyItem, ["id"])] == ["id"]
    assert "facts" not in dict(columns(CompanyItem))


def test_an_unknown_value_leaves_its_columns_empty() -> None:
    table = columns(EventItem, ["date", "place"])
    record = {"id": "x", "date": None, "place": None}
    assert [cell(get(record)) for _, get in table] == ["x"] + [""] * 8
    date = {"edtf": "2024", "text": None, "year": 2024, "month": None, "day": None}
    record = json.loads(json.dumps({"id": "x", "date": date, "place": OMSK}))
    assert [cell(get(record)) for _, get in table] == [
        "x", "2024", "", "2024", "", "", "place", "omsk", "Омск",
    ]  # fmt: skip
