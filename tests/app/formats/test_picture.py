"""Pictures: well-formed SVG whose names, arrows and dashes are the facts of a record."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.domain.vocabulary import PREDICATES
from app.formats.picture import MAX_NEIGHBOURS, Tie, choose_ties, draw
from tests.app.api import serve
from tests.databases import Databases
from tests.helpers import WITH_FACTS, relation_fact, value_fact, write_documents

Json = dict[str, Any]
Get = Callable[..., Json]

SVG = "{http://www.w3.org/2000/svg}"
RECORD = {"id": "x", "kind": "place", "name": "Омск", "href": "/v1/places/x"}


def parsed(picture: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 (our own)


def make_tie(number: int, predicate: str = "city", **more: Any) -> Tie:
    """Return a tie to a company of its own."""
    href = f"/v1/companies/c-{number}"
    company = {"id": f"c-{number}", "kind": "company", "name": f"Завод {number}", "href": href}
    fact = {"subject": company, "object": RECORD, "predicate": predicate, "support": "stated"}
    return Tie("in", {**fact, **more})


def picture_of(client: TestClient, path: str) -> ElementTree.Element:
    """Return the parsed picture of a record."""
    response = client.get(f"{path}/related?format=svg")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/svg+xml"
    return parsed(response.content)


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(each.itertext()) for each in element.iter(f"{SVG}tspan"))


def words_of(picture: ElementTree.Element) -> str:
    """Return the texts beside the links."""
    return " | ".join(text_of(each) for each in picture.findall(f"{SVG}text"))


def rows_of(picture: ElementTree.Element) -> Iterator[tuple[str, int, int, int]]:
    """Yield each line of text, its anchor, position and height."""
    for text in picture.iter(f"{SVG}text"):
        for line in text:
            position = int(line.attrib["x"]), int(line.attrib["y"])
            yield text.attrib["text-anchor"], *position, int(text.attrib["font-size"])


@pytest.mark.parametrize("path", WITH_FACTS)
def test_a_picture_names_every_neighbour_and_predicate(
    client: TestClient, get: Get, path: str
) -> None:
    for item in get(path, limit=200)["items"]:
        groups = get(f"{path}/{item['id']}/related")["groups"]
        picture = picture_of(client, f"{path}/{item['id']}")
        links = {each.attrib["href"] for each in picture.iter(f"{SVG}a")}
        assert links == {
            "http://127.0.0.1:8000" + each["entity"]["href"].removeprefix("/v1")
            for group in groups
            for each in group["neighbours"]
        }
        words = words_of(picture)
        for group in groups:
            assert PREDICATES[group["predicate"]].label.ru in words
        assert "Ещё фактов" not in words


def test_a_picture_is_a_file_of_its_own_that_runs_nothing(client: TestClient) -> None:
    response = client.get("/v1/places/omsk/related?format=svg")
    assert response.headers["content-disposition"] == 'inline; filename="omsk.svg"'
    assert "accept" not in response.headers["vary"].lower().split(", ")
    for each in parsed(response.content).iter():
        assert each.tag.removeprefix(SVG) not in {"script", "style", "image", "foreignObject"}
        assert not {"style", "class"} & each.attrib.keys() or each.attrib["class"] in {
            "picture",
            "paper",
        }
        assert not [name for name in each.attrib if name.startswith("on")]


def test_a_picture_has_a_title_and_a_description(client: TestClient) -> None:
    picture = picture_of(client, "/v1/places/omsk")
    # A browser names a picture by its first child.
    title, description = picture[0], picture[1]
    assert [each.tag.removeprefix(SVG) for each in (title, description)] == ["title", "desc"]
    assert "Омск" in str(title.text)
    assert description.text


def test_the_related_records_are_json_unless_a_picture_is_asked_for(client: TestClient) -> None:
    plain = client.get("/v1/places/omsk/related", headers={"Accept": "image/svg+xml"})
    assert plain.headers["content-type"] == "application/json"
    assert client.get("/v1/places/omsk/related?format=json").content == plain.content
    assert client.get("/v1/places/omsk/related?format=png").status_code == 422
    assert client.get("/v1/places/moskva/related?format=svg").status_code == 404


def test_dashes_tell_the_support() -> None:
    for support in ("stated", "entailed", "inferred"):
        picture = parsed(draw(RECORD, [make_tie(1, support=support)], 0))
        first, *legend = (
            each.attrib["stroke-dasharray"]
            for each in picture.iter(f"{SVG}path")
            if "stroke-dasharray" in each.attrib
        )
        assert first == legend[("stated", "entailed", "inferred").index(support)]
        assert len(set(legend)) == 3


def test_arrows_lead_from_subject_to_object() -> None:
    other = {"id": "y", "kind": "place", "name": "Россия", "href": "/v1/places/y"}
    out = Tie(
        "out", {"subject": RECORD, "object": other, "predicate": "parent", "support": "stated"}
    )
    picture = parsed(draw(RECORD, [make_tie(1), out], 0))
    box = int(picture.findall(f"{SVG}rect")[1].attrib["x"])
    places = {
        text_of(link): int(next(link.iter(f"{SVG}tspan")).attrib["x"])
        for link in picture.iter(f"{SVG}a")
    }
    assert places["Завод 1"] < box < places["Россия"]


def test_no_more_than_24_neighbours_are_drawn_and_the_rest_is_counted() -> None:
    ties = [make_tie(number) for number in range(100)]
    ties += [make_tie(number, "place") for number in range(200, 202)]
    chosen = choose_ties(ties)
    assert len(chosen) == MAX_NEIGHBOURS == 24
    # A predicate of few neighbours isn't crowded out by one of many.
    assert [tie.fact["predicate"] for tie in chosen].count("place") == 2
    picture = parsed(draw(RECORD, chosen, len(ties) - len(chosen)))
    assert len(list(picture.iter(f"{SVG}a"))) == 24
    assert "Ещё фактов: 78" in words_of(picture)


def test_a_neighbour_with_several_facts_is_drawn_once() -> None:
    ties = choose_ties([make_tie(1), make_tie(1, "place"), make_tie(1, "city", support="inferred")])
    assert len(ties) == 3
    picture = parsed(draw(RECORD, ties, 0))
    assert len(list(picture.iter(f"{SVG}a"))) == 1
    assert words_of(picture).count("город") == 2


@given(st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip)))
def test_texts_never_overlap_and_any_name_is_text(names: list[str]) -> None:
    ties = [
        make_tie(at, subject={"name": name, "href": f"/v1/companies/c-{at}"})
        for at, name in enumerate(names)
    ]
    picture = parsed(draw(RECORD, choose_ties(ties), 0))
    found = list(rows_of(picture))
    for column in ("start", "end"):
        heights = sorted(y for anchor, _, y, _ in found if anchor == column)
        assert all(after - before >= 18 for before, after in pairwise(heights))
    width = float(picture.attrib["width"])
    assert all(0 <= x <= width for _, x, _, _ in found)


@pytest.mark.parametrize("char", ["Щ", "鄂"])
def test_a_line_of_wide_characters_is_narrowed_to_its_column(char: str) -> None:
    tie = make_tie(1, subject={"name": char * 60, "href": "/v1/companies/c-1"})
    picture = parsed(draw(RECORD, [tie], 0))
    (link,) = picture.iter(f"{SVG}a")
    first = next(link.iter(f"{SVG}tspan"))
    assert int(first.attrib["textLength"]) <= 230


def test_a_record_tied_to_itself_is_on_both_sides(databases: Databases, tmp_path: Path) -> None:
    places = {
        "a": [value_fact("name", "<b>А & Б</b>"), relation_fact("sister_city", "place/a")],
        "b": [value_fact("name", "Один")],
    }
    documents = write_documents(tmp_path, {"doc": {"places": places}})
    with databases.migrated() as url, serve(url, documents) as client:
        picture = picture_of(client, "/v1/places/a")
        assert [text_of(each) for each in picture.iter(f"{SVG}a")] == ["<b>А & Б</b>"] * 2
        assert "Ещё фактов" not in words_of(picture)
        alone = picture_of(client, "/v1/places/b")
        assert not list(alone.iter(f"{SVG}a"))
