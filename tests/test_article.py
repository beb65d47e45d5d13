"""The article: the API serves its statements word for word, and nothing else."""

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.domain.sentences import measure
from seed.__main__ import DOCUMENTS
from seed.extract import statements
from seed.extract.files import read_document

Get = Callable[..., dict[str, Any]]
DOCUMENT = "omsk-days-pavlodar"


def ids(page: dict[str, Any]) -> set[str]:
    return {item["id"] for item in page["items"]}


def all_facts(get: Get) -> list[dict[str, Any]]:
    facts = []
    page = get("/v1/facts", limit=200)
    while True:
        facts += page["items"]
        if page["next"] is None:
            return facts
        page = get(page["next"])


def test_the_text_is_served_byte_for_byte(client: TestClient, get: Get) -> None:
    data = (DOCUMENTS / DOCUMENT / "text.txt").read_bytes()
    response = client.get(f"/v1/documents/{DOCUMENT}/text")
    assert response.content == data
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["content-language"] == "ru"
    document = get(f"/v1/documents/{DOCUMENT}")
    assert document["sha256"] == hashlib.sha256(data).hexdigest()
    assert document["length"] == len(data.decode())


def test_every_span_matches_the_served_text(client: TestClient, get: Get) -> None:
    text = client.get(f"/v1/documents/{DOCUMENT}/text").content.decode()
    facts = all_facts(get)
    assert len({fact["id"] for fact in facts}) == len(facts) == get("/v1/facts")["total"] > 250
    for fact in facts:
        assert (fact["value"] is None) != (fact["object"] is None)
        assert fact["reason"] or fact["support"] != "inferred"
        for evidence in fact["evidence"]:
            start, end = evidence["start"], evidence["end"]
            assert text[start:end] == evidence["exact"]
            assert text[:start].endswith(evidence["prefix"])
            assert text[end:].startswith(evidence["suffix"])
            assert evidence["document"]["id"] == DOCUMENT


def test_every_sentence_has_evidence() -> None:
    document = read_document(DOCUMENTS / DOCUMENT)
    found = measure(document.text, statements.evidence(document))
    assert found.bare == []
    assert found.share > 0.97


def test_companies_have_their_legal_forms_cities_and_products(get: Get) -> None:
    companies = get("/v1/companies")["items"]
    assert Counter(company["legal_form"] for company in companies) == {
        "ООО": 5,
        "НПО": 2,
        "ЗАО": 1,
        "ИП": 1,
        "ТОО": 1,
        "АО": 1,
        None: 1,
    }
    assert ids(get("/v1/companies", city="pavlodar")) == {"smak", "unpk", "kazenergokabel"}
    assert get("/v1/companies", city="omsk")["total"] == 9
    assert get("/v1/companies", event="vystavka-tovarov-i-uslug", role="exhibitor")["total"] == 9
    assert ids(get("/v1/companies", brand="Доброешка")) == {"turbina"}
    products = {company["id"]: company["products"] for company in companies}
    assert {name: product for name, product in products.items() if product} == {
        "smak": ["продукты питания"],
        "unpk": ["сырой нефтяной кокс", "прокаленный нефтяной кокс"],
    }


def test_the_role_filter_applies_to_the_filtered_event(get: Get) -> None:
    assert get("/v1/companies", event="poseshchenie-predpriyatiy", role="exhibitor")["total"] == 0
    assert ids(get("/v1/companies", event="poseshchenie-predpriyatiy", role="host")) == {
        "unpk",
        "kazenergokabel",
    }


def test_officials_have_their_positions_and_territories(get: Get) -> None:
    officials = {item["id"]: item for item in get("/v1/officials")["items"]}
    assert {key: item["position"] for key, item in officials.items()} == {
        "vyacheslav-dvorakovskiy": "мэр",
        "bulat-bakauov": "аким",
        "gulnar-aytkhozhina": "директор",
    }
    assert officials["vyacheslav-dvorakovskiy"]["organization"] is None
    assert officials["bulat-bakauov"]["events"] == []
    assert ids(get("/v1/officials", territory="omsk")) == {
        "vyacheslav-dvorakovskiy",
        "gulnar-aytkhozhina",
    }
    assert ids(get("/v1/people", official="false")) == {
        "mikhail-frumgarts",
        "eduard-savin",
        "aleksandr-kozhevnikov",
        "i-a-turbina",
    }


def test_a_person_without_a_position_is_not_an_official(client: TestClient) -> None:
    assert client.get("/v1/officials/mikhail-frumgarts").status_code == 404
    assert client.get("/v1/people/mikhail-frumgarts").status_code == 200


def test_ready_to_sign_is_not_signed(get: Get) -> None:
    signed = get("/v1/agreements", status="signed")
    assert ids(signed) == {"ustanovlenie-pobratimskikh-svyazey", "postavka-produktov-pitaniya"}
    protocols = get("/v1/agreements/protokoly-o-namereniyakh")
    assert protocols["status"] == "ready_to_sign"
    assert protocols["attributed_to"]["id"] == "gulnar-aytkhozhina"
    assert protocols["parties"] == [
        {"entity": None, "text": "некоторые омские и павлодарские предприятия"}
    ]


def test_the_sister_city_agreement_has_spheres_parties_and_signatories(get: Get) -> None:
    agreement = get("/v1/agreements/ustanovlenie-pobratimskikh-svyazey")
    assert agreement["type"] == "sister_city"
    assert agreement["spheres"] == ["экономика", "культура", "наука", "спорт"]
    assert [party["entity"]["id"] for party in agreement["parties"]] == ["omsk", "pavlodar"]
    assert {each["id"] for each in agreement["signatories"]} == {
        "vyacheslav-dvorakovskiy",
        "bulat-bakauov",
    }


def test_the_food_agreement_names_neither_parties_nor_signatories(get: Get) -> None:
    agreement = get("/v1/agreements/postavka-produktov-pitaniya")
    assert agreement["parties"] == agreement["signatories"] == []
    smak = get("/v1/companies/smak")
    assert [(each["role"], each["agreement"]["id"]) for each in smak["agreements"]] == [
        ("producer", "postavka-produktov-pitaniya")
    ]


def test_a_date_without_a_year_gets_no_year(get: Get) -> None:
    dated = get("/v1/events", month=10, day=14)
    assert ids(dated) == {"delovaya-programma", "vystavka-tovarov-i-uslug", "tovarishcheskiy-match"}
    assert {event["id"]: event["date"]["edtf"] for event in dated["items"]} == {
        "delovaya-programma": "XXXX-10-14/..",
        "vystavka-tovarov-i-uslug": "XXXX-10-14/..",
        "tovarishcheskiy-match": "XXXX-10-14",
    }
    assert {event["date"]["year"] for event in dated["items"]} == {None}
    assert get("/v1/events", date_from="0001-01-01")["total"] == 0
    assert get("/v1/events", date_to="9999-12-31")["total"] == 0
    with_yearless = get("/v1/events", date_from="2014-01-01", include_yearless="true")
    assert ids(with_yearless) == ids(dated)
    days = get("/v1/events/dni-goroda-omska")["date"]
    assert days == {
        "edtf": None,
        "text": "на прошлой неделе",
        "year": None,
        "month": None,
        "day": None,
    }


def test_a_claimed_number_is_separate_from_the_named_participants(get: Get) -> None:
    mission = get("/v1/events/torgovo-ekonomicheskaya-missiya")
    assert mission["enterprise_count"] == 25
    named = [each["entity"]["id"] for each in mission["participants"] if each["entity"]]
    assert named == ["vyacheslav-dvorakovskiy", "delegatsiya-iz-omska"]
    exhibitors = get("/v1/events/vystavka-tovarov-i-uslug")["participants"]
    assert [each["text"] for each in exhibitors if each["text"]] == ["другие омские предприятия"]


def test_a_place_name_within_a_name_is_not_a_place(get: Get) -> None:
    arena = get("/v1/places/arena-astana")
    assert arena["parent"] is None
    assert get("/v1/places", q="сибирь")["total"] == 0
    for museum in ("iskusstvo-omska", "pavlodarskiy-khudozhestvennyy-muzey"):
        assert get(f"/v1/organizations/{museum}")["place"] is None


def test_quotations_are_verbatim_and_claims_have_a_speaker(get: Get, client: TestClient) -> None:
    text = client.get(f"/v1/documents/{DOCUMENT}/text").content.decode()
    speakers = {}
    for quotation in get("/v1/quotations")["items"]:
        assert text.count(quotation["text"]) == 1
        speakers[quotation["speaker"]["id"]] = quotation["text"].split()[0]
    assert speakers == {
        "gulnar-aytkhozhina": "Некоторые",
        "vyacheslav-dvorakovskiy": "Никакие",
        "bulat-bakauov": "За",
    }
    claims = get("/v1/facts", subject="omsk", predicate="joint_project")["items"]
    assert [fact["value"] for fact in claims] == [
        "совместные образовательные проекты",
        "проекты в сфере физкультуры и спорта",
        "проекты в культуре",
        "проекты в промышленности",
    ]
    assert {fact["attributed_to"]["id"] for fact in claims} == {"bulat-bakauov"}


def test_officials_have_their_whole_posts(get: Get) -> None:
    assert {each["id"]: each["post"] for each in get("/v1/officials")["items"]} == {
        "vyacheslav-dvorakovskiy": "мэр Омска",
        "bulat-bakauov": "аким Павлодара",
        "gulnar-aytkhozhina": (
            "директор департамента городской экономической политики администрации Омска"
        ),
    }


def test_an_agreement_names_its_goods_and_what_is_not_said_of_it(get: Get) -> None:
    food = get("/v1/agreements/postavka-produktov-pitaniya")
    assert food["goods"] == ["продукты питания"]
    assert [each["id"] for each in food["producers"]] == ["smak"]
    assert [each["id"] for each in food["destinations"]] == ["omskaya-oblast"]
    ties = get("/v1/agreements/ustanovlenie-pobratimskikh-svyazey")
    assert ties["occasion"]["id"] == "torgovo-ekonomicheskaya-missiya"
    for agreement in (food, ties):
        assert agreement["signed_on"] is None
        assert agreement["signed_in"] is None


def test_organizations_answer_what_the_article_says_of_them(get: Get) -> None:
    delegation = get("/v1/organizations/delegatsiya-iz-omska")
    assert (delegation["origin"]["id"], delegation["place"]) == ("omsk", None)
    assert delegation["leader"]["id"] == "vyacheslav-dvorakovskiy"
    school = get("/v1/organizations/nazarbaev-intellektualnaya-shkola")
    assert (school["opened"], school["patrons"]) == ("2013", ["президент республики"])
    museum = get("/v1/organizations/iskusstvo-omska")
    assert museum["holdings"] == ["фотографии Омска второй половины ХХ века"]


def test_forms_in_other_cases_are_no_aliases(get: Get) -> None:
    frumgarts = get("/v1/people/mikhail-frumgarts")
    assert (frumgarts["also_known_as"], frumgarts["printed_as"]) == ([], ["Михаилом ФРУМГАРЦЕМ"])
    omsk = get("/v1/places/omsk")
    assert (omsk["also_known_as"], omsk["printed_as"]) == (["город Омск"], ["Омска", "Омске"])


def test_no_event_inherits_the_place_of_the_event_it_is_part_of(get: Get) -> None:
    assert {event["id"] for event in get("/v1/events", place="pavlodar")["items"]} == {
        "dni-goroda-omska",
        "torgovo-ekonomicheskaya-missiya",
        "vystavka-tovarov-i-uslug",
        "poseshchenie-predpriyatiy",
    }


def test_words_read_by_context_are_not_stated(get: Get) -> None:
    for subject, predicate in (
        ("mir", "legal_form"),
        ("sibirskaya-armatura", "legal_form"),
        ("company:turbina", "name"),
    ):
        (fact,) = get("/v1/facts", subject=subject, predicate=predicate)["items"]
        assert (fact["support"], bool(fact["reason"])) == ("inferred", True)


def test_the_evidence_of_a_claim_names_its_speaker(get: Get) -> None:
    surnames = {
        "gulnar-aytkhozhina": "АЙТХОЖИНА",
        "bulat-bakauov": "БАКАУОВ",
        "vyacheslav-dvorakovskiy": "ДВОРАКОВСКИЙ",
    }
    for speaker, surname in surnames.items():
        claims = get("/v1/facts", attributed_to=speaker, limit=200)["items"]
        assert claims
        for claim in claims:
            assert any(span["exact"].endswith(surname) for span in claim["evidence"]), claim["id"]


def test_the_evidence_of_a_speaker_has_words_of_the_quotation(get: Get) -> None:
    for quotation in get("/v1/quotations")["items"]:
        (fact,) = get("/v1/facts", subject=quotation["id"], predicate="speaker")["items"]
        last_words = quotation["text"][-11:]
        assert any(last_words in span["exact"] for span in fact["evidence"]), quotation["id"]


@pytest.mark.parametrize(
    ("start", "end", "predicates"),
    [(377, 387, {"date", "parent"}), (708, 735, {"brand"}), (1, 2, {"name", "type"})],
)
def test_the_overlaps_filter_returns_the_facts_of_a_passage(
    get: Get, start: int, end: int, predicates: set[str]
) -> None:
    page = get("/v1/facts", overlaps=f"{start},{end}", document=DOCUMENT, limit=200)
    assert predicates <= {fact["predicate"] for fact in page["items"]}
    for fact in page["items"]:
        assert any(each["start"] < end and start < each["end"] for each in fact["evidence"])
    others = {fact["id"] for fact in all_facts(get)} - ids(page)
    for fact in all_facts(get):
        if fact["id"] in others:
            assert not any(each["start"] < end and start < each["end"] for each in fact["evidence"])
