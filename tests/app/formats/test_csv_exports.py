"""CSV exports of the lists, parsed by the csv module and by pandas."""

import csv
import io
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient

from tests.app.formats.exchange import HEADERS, Get, Json, lines, pages
from tests.helpers import LISTS


def table(client: TestClient, path: str, **parameters: Any) -> list[dict[str, str]]:
    response = client.get(path, params={"format": "csv", **parameters})
    assert response.status_code == 200, response.text
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def member(value: Any) -> str:
    """Return the documented text of one member of a list."""
    if not isinstance(value, dict):
        return str(value)
    if "href" in value:
        return f"{value['kind']}:{value['id']}"
    other = next(each for name, each in value.items() if name != "role" and each is not None)
    return f"{value['role']} {member(other)}" if "role" in value else member(other)


def value_of(item: Json, column: str) -> Any:
    """Return the value of a column: a field, or a part of a reference, date or evidence."""
    if column in item:
        return item[column]
    if "evidence" in item:
        first, *more = item["evidence"]
        if column in first:
            return first[column]
        if column == "document_id":
            return first["document"]["id"]
        if column == "more_evidence":
            return [
                f"{each['document']['id']} {each['start']}-{each['end']} {each['exact']}"
                for each in more
            ]
    name, part = column.rsplit("_", 1)
    return item[name] and item[name][part]


def row(item: Json, header: list[str]) -> dict[str, str]:
    """Return the expected row of an item."""
    found = {}
    for column in header:
        value = value_of(item, column)
        if value is None:
            text = ""
        elif isinstance(value, list):
            text = " | ".join(map(member, value))
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
        found[column] = f"'{text}" if text.startswith(tuple("=+-@\t\r\n＝＋－＠")) else text
    return found


@pytest.mark.parametrize("path", LISTS)
def test_each_record_is_a_row_in_the_order_of_the_list(
    client: TestClient, get: Get, path: str
) -> None:
    response = client.get(path, params={"format": "csv"})
    header = HEADERS[path].split(",")
    assert response.content.decode().split("\r\n")[0] == "\ufeff" + HEADERS[path]
    found = table(client, path)
    paged = pages(get, path, limit=7)
    ndjson = lines(client.get(path, params={"format": "ndjson"}).text)
    assert ndjson == paged
    assert found == [row(item, header) for item in paged]
    frame = pd.read_csv(io.BytesIO(response.content))
    assert list(frame.columns) == header
    assert list(frame["id"]) == [item["id"] for item in paged]
    assert len(frame) == len(ndjson) == get(path)["total"] > 0
    name = path.rpartition("/")[2]
    assert response.headers["content-disposition"] == f'attachment; filename="{name}.csv"'


def test_references_have_three_columns(client: TestClient) -> None:
    sibir = table(client, "/v1/companies", id="sibir")[0]
    assert (sibir["city_kind"], sibir["city_id"], sibir["city_name"]) == ("place", "omsk", "Омск")
    assert sibir["events"] == "exhibitor event:vystavka-tovarov-i-uslug"


def test_dates_have_a_column_for_each_part(client: TestClient) -> None:
    show = table(client, "/v1/events", id="vystavka-tovarov-i-uslug")[0]
    assert show["date_edtf"] == "XXXX-10-14/.."
    assert (show["date_year"], show["date_month"], show["date_day"]) == ("", "10", "14")
    assert show["date_text"]
    assert show["participants"].startswith("exhibitor company:sibir | exhibitor company:")


def test_the_members_of_a_list_are_joined(client: TestClient) -> None:
    agreement = table(client, "/v1/agreements", id="ustanovlenie-pobratimskikh-svyazey")[0]
    assert agreement["spheres"] == "экономика | культура | наука | спорт"
    assert agreement["parties"] == "place:omsk | place:pavlodar"


def test_the_evidence_matches_the_text_at_its_offsets(client: TestClient, get: Get) -> None:
    content = client.get("/v1/facts", params={"format": "csv"}).content
    frame = pd.read_csv(io.BytesIO(content), keep_default_na=False)
    assert frame["start"].dtype == frame["end"].dtype == "int64"
    texts = {
        document["id"]: client.get(document["text"]).content.decode()
        for document in get("/v1/documents")["items"]
    }
    assert len(frame) == get("/v1/facts")["total"]
    for fact in frame.to_dict("records"):
        text, start, end = texts[fact["document_id"]], fact["start"], fact["end"]
        assert fact["exact"].removeprefix("'") == text[start:end].removeprefix("'")
        assert text[:start].endswith(fact["prefix"].removeprefix("'"))
        assert text[end:].startswith(fact["suffix"].removeprefix("'"))


def test_every_evidence_span_is_exported(client: TestClient, get: Get) -> None:
    expected = [
        (fact["id"], evidence["document"]["id"], evidence["start"], evidence["end"])
        for fact in pages(get, "/v1/facts")
        for evidence in fact["evidence"]
    ]
    found = []
    for fact in table(client, "/v1/facts"):
        found.append((fact["id"], fact["document_id"], int(fact["start"]), int(fact["end"])))
        for span in fact["more_evidence"].split(" | ") if fact["more_evidence"] else []:
            document, offsets, exact = span.split(" ", 2)
            start, end = map(int, offsets.split("-"))
            assert exact == client.get(f"/v1/documents/{document}/text").text[start:end]
            found.append((fact["id"], document, start, end))
    assert found == expected
    assert len(found) > get("/v1/facts")["total"]


def test_fields_selects_the_columns(client: TestClient, get: Get) -> None:
    for fields in ("name,legal_form", "legal_form,name", ["name", "legal_form"]):
        found = table(client, "/v1/companies", fields=fields)
        assert list(found[0]) == ["id", "name", "legal_form"]
        assert found == [
            row(item, ["id", "name", "legal_form"]) for item in pages(get, "/v1/companies")
        ]
    assert list(table(client, "/v1/companies", fields="city")[0]) == [
        "id", "city_kind", "city_id", "city_name",
    ]  # fmt: skip
    assert list(table(client, "/v1/facts", fields="evidence", limit=1)[0]) == [
        "id", "document_id", "start", "end", "exact", "prefix", "suffix", "more_evidence",
    ]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_each_field_can_be_selected_alone(client: TestClient, get: Get, path: str) -> None:
    full = table(client, path)
    for field in get(path, limit=1)["items"][0]:
        if field == "facts":
            continue
        found = table(client, path, fields=field)
        assert "id" in found[0]
        assert found == [{name: each[name] for name in found[0]} for each in full]


def test_an_unknown_field_is_rejected(client: TestClient) -> None:
    response = client.get("/v1/companies", params={"format": "csv", "fields": "name,city_id"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"].startswith("query.fields")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/companies", {"city": "omsk"}),
        ("/v1/companies", {"city": ["omsk", "pavlodar"], "legal_form": "ООО"}),
        ("/v1/companies", {"q": "сибирь"}),
        ("/v1/companies", {"sort": "text_order"}),
        ("/v1/companies", {"sort": "legal_form", "order": "desc"}),
        ("/v1/people", {"official": "false"}),
        ("/v1/events", {"month": "10"}),
        ("/v1/facts", {"predicate": "legal_form", "order": "desc"}),
        ("/v1/facts", {"overlaps": "377,387", "sort": "predicate"}),
        ("/v1/companies", {"city": "nowhere"}),
    ],
)
def test_filters_and_order_apply(
    client: TestClient, get: Get, path: str, query: dict[str, Any]
) -> None:
    header = HEADERS[path].split(",")
    expected = [row(item, header) for item in pages(get, path, limit=200, **query)]
    assert table(client, path, **query) == expected
    assert bool(expected) == ("nowhere" not in query.values())
