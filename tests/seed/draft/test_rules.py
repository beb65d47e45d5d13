"""The rules: what each finds in a sentence, and what it leaves alone."""

import sys
from collections import Counter
from typing import Any

import pytest

from seed.draft.rules import suggest
from seed.draft.suggestions import Suggestion


def facts(text: str) -> list[Suggestion]:
    return suggest(text).facts()


def said(text: str) -> set[str]:
    """Return the facts of a text, each as ``kind/id predicate what``."""
    return {f"{each.record} {each.predicate} {each.value or each.object}" for each in facts(text)}


def only(text: str, record: str, predicate: str) -> Suggestion:
    """Return the only fact of a record with a predicate."""
    (found,) = (
        each for each in facts(text) if (str(each.record), each.predicate) == (record, predicate)
    )
    return found


FOUND = [
    ("Работает ООО «Эко-Сад».", "company/eko-sad also_known_as ООО «Эко-Сад»"),
    ("Работает ООО «Эко-Сад».", "company/eko-sad legal_form ООО"),
    ("Работает АО НТФ «Луч».", "company/luch also_known_as НТФ «Луч»"),
    ("Открыт завод «Луч».", "company/luch also_known_as завод «Луч»"),
    ("Гости были на заводе «Луч».", "company/luch printed_as заводе «Луч»"),
    ("ИП Зорин И.А. торгует.", "company/zorin proprietor person/i-a-zorin"),
    ("ООО «Луч» (торговая марка «Свет»)", "company/luch brand Свет"),
    ("Приехала Анна Белова.", "person/anna-belova name Анна Белова"),
    ("Приехала Анна БЕЛОВА.", "person/anna-belova printed_as Анна БЕЛОВА"),
    ("Встретили Анну Белову.", "person/anna-belova name Анна Белова"),
    ("Встреча с Анной Беловой.", "person/anna-belova printed_as Анной Беловой"),
    ("Слово взял Белов Иван Ильич.", "person/ivan-belov name Белов Иван Ильич"),
    ("Приехал П. Белов.", "person/p-belov name П. Белов"),
    ("Книга А. С. Белова вышла.", "person/a-s-belova name А. С. Белова"),
    ("Улица имени А. С. Белова.", "person/a-s-belov name А. С. Белов"),
    ("Приехал мэр Омска Иван Белов.", "person/ivan-belov post мэр Омска"),
    ("Приехал мэр Омска Иван Белов.", "person/ivan-belov territory place/omsk"),
    ("Приехал мэр города Иван Белов.", "person/ivan-belov position мэр"),
    ("Просьба к мэру Омска Ивану Белову.", "person/ivan-belov post мэр Омска"),
    ("Иван Белов, мэр Омска, приехал.", "person/ivan-belov post мэр Омска"),
    ("Директор ООО «Луч» Иван Белов.", "person/ivan-belov description директор ООО «Луч»"),
    ("Приехал поэт Иван Белов.", "person/ivan-belov description поэт"),
    ("Директор музея «Порт» Иван Белов.", "person/ivan-belov organization organization/port"),
    ("Он живёт в Омске.", "place/omsk name Омск"),
    ("Он живёт в Омске.", "place/omsk printed_as Омске"),
    ("Гости из г. Дальнекаменска.", "place/dalnekamensk type city"),
    ("Он из города Междуречья.", "place/mezhdureche type city"),
    ("Они были в Нижнем Новгороде.", "place/nizhniy-novgorod name Нижний Новгород"),
    ("Дороги Омской области.", "place/omskaya-oblast type region"),
    ("Казахстан и казахстанский Павлодар.", "place/pavlodar parent place/kazakhstan"),
    ("Матч был на стадионе «Луч» в Омске.", "place/stadion-luch parent place/omsk"),
    ("Были в Доме Дружбы.", "place/dom-druzhby type venue"),
    ("Дело администрации Омска.", "organization/administratsiya-omska type public_body"),
    ("Дело отдела спорта администрации Омска.",
     "organization/otdel-sporta parent organization/administratsiya-omska"),
    ("Приехала делегация из Омска.", "organization/delegatsiya-iz-omska origin place/omsk"),
    ("Они из школы имени Ивана Белова.",
     "organization/shkola-imeni-ivana-belova namesake person/ivan-belov"),
    ("Дни города Омска прошли в Павлодаре.", "event/dni-goroda-omska place place/pavlodar"),
    ("Торговую миссию возглавил Иван Белов.", "event/torgovaya-missiya head person/ivan-belov"),
    ("Выставка «Река» открылась 6 мая.", "event/reka date XXXX-05-06/.."),
    ("Выставка «Река» прошла 6 мая 2019 года.", "event/reka date 2019-05-06"),
    ("На прошлой неделе прошла выставка «Река».", "event/reka date_text На прошлой неделе"),
    ("6 мая на стадионе «Луч» состоялся товарищеский матч.",
     "event/tovarishcheskiy-match venue place/stadion-luch"),
    ("Подписано соглашение о торговле.", "agreement/soglashenie-o-torgovle status signed"),
    ("Они готовы к подписанию соглашения о торговле.",
     "agreement/soglashenie-o-torgovle status ready_to_sign"),
    ("Иван Белов и Олег Зорин подписали договор о дружбе.",
     "agreement/dogovor-o-druzhbe signatory person/oleg-zorin"),
    ("Мэр Омска Иван Белов и мэр Томска Олег Зорин подписали соглашение о побратимских связях.",
     "place/omsk sister_city place/tomsk"),
    ("ООО «Луч» и ООО «Мир» подписали договор о дружбе.",
     "agreement/dogovor-o-druzhbe party company/mir"),
    ("3 мая 2019 года подписан договор о дружбе.",
     "agreement/dogovor-o-druzhbe signed_on 2019-05-03"),
    ("«Мы рады», – сказал Иван Белов.", "quotation/belov-my-rady speaker person/ivan-belov"),
    ("– Мы рады, – сказал Иван Белов.", "quotation/belov-my-rady text Мы рады"),
    ("Иван Белов сказал: «Мы рады».", "quotation/belov-my-rady speaker person/ivan-belov"),
    ('"Мы рады", - сказал Иван Белов.', "quotation/belov-my-rady text Мы рады"),
    ("“Мы рады”, – сказал Иван Белов.", "quotation/belov-my-rady text Мы рады"),
    ("Пел Иван Белов. «Мы рады», – сказал Белов.",
     "quotation/belov-my-rady speaker person/ivan-belov"),
    ("«Мы рады Омску», – сказал Иван Белов.",
     "quotation/belov-my-rady-omsku mention place/omsk"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_a_rule_finds(text: str, found: str) -> None:
    assert found in said(text)


ABSENT = [
    ("Матч был на арене «Астана».", "place/astana"),
    ("Её роман Толстого увлёк.", "person/"),
    ("Роман Толстого увлёк её.", "person/"),
    ("Слава Омску!", "person/"),
    ("Он был в группе Б. Матч начался. План Б. Она ушла.", "person/"),
    ("Приплыли по Иртышу.", "place/"),
    ("Дело этой школы и нашего департамента.", "organization/"),
    ("Правительство нашего региона.", "organization/"),
    ("Они не подписали соглашение о торговле.", "status"),
    ("Они хотят подписать соглашение о торговле.", "status"),
    ("Выставка «Река» открыта до 6 мая.", "date"),
    ("Была выставка.", "event/"),
    ("Выставка «Река» открыта. Город открылся 6 мая.", "date"),
    ("Гости ждали мэра Омска, Иван Белов пел.", "position"),
    ("Улица имени Ивана Белова.", "description"),
    ("«Я ждал мэра Омска Ивана Белова», – сказала Анна Зорина.", "position"),
    ("Они – сказал Иван Белов.", "quotation/"),
    ("«Луч» – мы рады.", "quotation/"),
]


@pytest.mark.parametrize(("text", "absent"), ABSENT)
def test_no_rule_finds(text: str, absent: str) -> None:
    assert not [each for each in said(text) if absent in each]


def test_a_surname_that_may_have_been_another_one_shows_its_guesses() -> None:
    fact = only("Встреча с Михаилом ФРУМГАРЦЕМ.", "person/mikhail-frumgarts", "name")
    assert fact.guesses == ("Михаил Фрумгарц", "Михаил Фрумгарец")
    assert fact.reason is not None
    assert fact.reason.text == "Printed in the instrumental."


def test_a_surname_beside_initials_may_be_a_genitive() -> None:
    fact = only("Вышла книга А. С. Белова.", "person/a-s-belova", "name")
    assert fact.guesses == ("А. С. Белова", "А. С. Белов")


def test_another_mention_decides_between_two_names() -> None:
    alone = only("Слово Лидию Громову тронуло.", "person/lidiy-gromov", "name")
    assert alone.guesses == ("Лидий Громов", "Лидия Громова")
    beside = "Слово Лидию Громову тронуло. Лидия Громова молчала."
    assert only(beside, "person/lidiya-gromova", "name").value == "Лидия Громова"


def test_the_verb_beside_a_name_decides_between_two_names() -> None:
    text = "Пела Александра Кожевникова."
    assert (
        only(text, "person/aleksandra-kozhevnikova", "name").guesses == ("Александра Кожевникова",)
        or not only(text, "person/aleksandra-kozhevnikova", "name").guesses
    )


def test_an_agreement_of_a_quotation_is_a_claim_of_its_speaker() -> None:
    text = "«Мы готовы к подписанию договора о дружбе», – сказал Иван Белов."
    fact = only(text, "agreement/dogovor-o-druzhbe", "status")
    assert str(fact.attributed_to) == "person/ivan-belov"
    assert fact.proof.quotes[-1] == "сказал Иван Белов"


def test_a_pronoun_stands_for_the_person_named_before() -> None:
    text = "Пела Анна Белова. «Мы рады», – сказала она."
    fact = only(text, "quotation/belova-my-rady", "speaker")
    assert fact.reason is not None
    assert fact.reason.support == "inferred"
    assert fact.proof.quotes[0] == "Анна Белова"


def test_the_subject_of_the_next_verb_is_no_part_of_an_agreement() -> None:
    text = "Соглашение об установлении связей стороны подпишут позже."
    assert "agreement/soglashenie-ob-ustanovlenii-svyazey subject установление связей" in said(text)


def test_a_quotation_goes_on_behind_its_speaker() -> None:
    text = "«Мы рады, – сказал Иван Белов. – Нас тут ждали»."
    assert {each for each in said(text) if " text " in each} == {
        "quotation/belov-my-rady text Мы рады",
        "quotation/belov-nas-tut-zhdali text Нас тут ждали",
    }


def test_every_record_has_a_name_and_every_object_is_a_record() -> None:
    text = "Дни города Омска прошли в Омске. " * 3 + "Мэр Омска Иван Белов пел."
    found = facts(text)
    named = {each.record for each in found if each.predicate == "name"}
    assert {each.record for each in found} <= named
    assert {each.object for each in found if each.object} <= named


def test_a_draft_is_the_same_every_time() -> None:
    text = "Мэр Омска Иван Белов и аким Павлодара Олег Зорин подписали договор о дружбе."
    assert facts(text) == facts(text)


@pytest.mark.parametrize(
    "part",
    [
        "Мэр Омска Иван Белов и ООО «Луч» подписали договор о дружбе в г. Омске. ",
        "«Мы рады», – сказал Иван Белов. ",
        "Омск Омск ",
        "– ",
        "«",
        "«Да, – сказал он. – ",
        "а" * 50,
        "Анна ",
        "выставка товаров и ",
        "\n– Да, – сказал ",
    ],
)
def test_the_steps_follow_the_length_of_the_text(part: str) -> None:
    short, long = (steps(part * (length // len(part))) for length in (4_000, 12_000))
    assert long < 4 * short


def steps(text: str) -> int:
    """Return how many functions a draft calls."""
    suggest(text)
    calls: Counter[str] = Counter()

    def count(_frame: Any, event: str, _argument: Any) -> None:
        calls[event] += 1

    sys.setprofile(count)
    try:
        suggest(text)
    finally:
        sys.setprofile(None)
    return calls["call"] + calls["c_call"]
