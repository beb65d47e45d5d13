"""Words of the pages: counts with their nouns, and numbers as Russian readers write them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.domain.vocabulary import (
    KINDS,
    PREDICATES,
    STATUSES,
    SUPPORTS,
    TYPES,
    Kind,
    Word,
    allowed_values,
)
from app.pages.reader import Sentence
from app.schemas.pages import TOTAL_CAP

NOUNS: dict[str, tuple[str, str, str]] = {
    "company": ("предприятие", "предприятия", "предприятий"),
    "person": ("человек", "человека", "человек"),
    "official": ("должностное лицо", "должностных лица", "должностных лиц"),
    "organization": ("организация", "организации", "организаций"),
    "place": ("место", "места", "мест"),
    "event": ("событие", "события", "событий"),
    "agreement": ("соглашение", "соглашения", "соглашений"),
    "quotation": ("цитата", "цитаты", "цитат"),
    "document": ("документ", "документа", "документов"),
    "fact": ("факт", "факта", "фактов"),
    "record": ("запись", "записи", "записей"),
    "row": ("строка", "строки", "строк"),
    "character": ("знак", "знака", "знаков"),
    "match": ("совпадение", "совпадения", "совпадений"),
}
"""The forms of a noun behind 1, 2 and 5."""
_FIRST_WORDS = 6


class ListName(NamedTuple):
    """The title of a list in lower case, and the noun of its records."""

    title: str
    noun: str


LIST_NAMES: dict[str, ListName] = {
    f"/v1/{word.collection}": ListName(word.plural.ru, kind) for kind, word in KINDS.items()
} | {
    "/v1/officials": ListName("должностные лица", "official"),
    "/v1/facts": ListName("факты", "fact"),
}
"""The names of every list, by its path in the API."""

_PARAMETERS = {
    "q": "слова",
    "id": "запись",
    "official": "должностное лицо",
    "role": "роль",
    "year": "год",
    "month": "месяц",
    "day": "день",
    "date_from": "не раньше",
    "date_to": "не позже",
    "include_yearless": "даты без года",
    "language": "язык",
    "subject": "о ком или о чём",
    "predicate": "что сказано",
    "object": "с кем или с чем связано",
    "value": "значение",
    "support": "как сказано",
    "attributed_to": "со слов",
    "overlaps": "место в тексте",
    "has": "сказано",
    "lacks": "не сказано",
}
SORTS = {
    "name": "по алфавиту",
    "text_order": "как в тексте",
    "legal_form": "по форме",
    "position": "по должности",
    "date": "по дате",
    "predicate": "по виду факта",
}
_MONTHS = (
    ("январь", "января"),
    ("февраль", "февраля"),
    ("март", "марта"),
    ("апрель", "апреля"),
    ("май", "мая"),
    ("июнь", "июня"),
    ("июль", "июля"),
    ("август", "августа"),
    ("сентябрь", "сентября"),
    ("октябрь", "октября"),
    ("ноябрь", "ноября"),
    ("декабрь", "декабря"),
)
"""The months, in the nominative and in the genitive that follows a day."""
_TRUTH = {"true": "да", "false": "нет"}
_LANGUAGES = {"ru": "русский", "kk": "казахский", "en": "английский"}


def number(value: int) -> str:
    """Return a number with its digits in groups of three."""
    return f"{value:,}".replace(",", "\u00a0")


def count(value: int, noun: str) -> str:
    """Return a number with the form of a noun that stands behind it: «21 факт», «25 фактов»."""
    one, few, many = NOUNS[noun]
    if value % 100 in range(11, 15):
        form = many
    else:
        form = {1: one, 2: few, 3: few, 4: few}.get(value % 10, many)
    return f"{number(value)}\u00a0{form}"


def total(value: int, noun: str) -> str:
    """Return the number of matches, which is exact up to the cap of totals."""
    return f"больше {count(TOTAL_CAP, noun)}" if value > TOTAL_CAP else count(value, noun)


def parameter(name: str) -> str:
    """Return what people call a parameter of a list."""
    if name in _PARAMETERS:
        return _PARAMETERS[name]
    if name.startswith("not_"):
        return f"{parameter(name.removeprefix('not_'))}, кроме"
    word: Word | None = PREDICATES.get(name) or KINDS.get(name)  # type: ignore[call-overload]
    return word.label.ru if word else name


def parameter_value(name: str, sent: str, kind: Kind | None) -> str | None:
    """Return what people call a value of a parameter of a kind's list, None of any other text."""
    match name.removeprefix("not_"):
        case "has" | "lacks":
            return parameter(sent)
        case "official" | "include_yearless":
            return _TRUTH.get(sent)
        case "month":
            return _MONTHS[int(sent) - 1][0]
        case "language":
            return _LANGUAGES.get(sent)
        case of_words:
            word = _words_of(of_words, kind).get(sent)
            return word.label.ru if word else None


def _words_of(name: str, kind: Kind | None) -> Mapping[Any, Word]:
    """Return the words that are the values of a parameter, none where they are other texts."""
    match name:
        case "type":
            return TYPES[kind] if kind else {}
        case "status":
            return STATUSES
        case "support":
            return SUPPORTS
        case "role" | "predicate":
            return PREDICATES
        case _:
            return {}


def date(parts: Mapping[str, Any]) -> str:
    """Return a date as far as it is known: «14 октября 2013», «октябрь», "" where nothing is."""
    year, month, day = parts["year"], parts["month"], parts["day"]
    shown = [day and str(day), month and _MONTHS[month - 1][bool(day)], year and str(year)]
    return " ".join(filter(None, shown))


def edtf(text: str) -> str:
    """Return a date in EDTF in words: «14 октября», «с 14 октября» for its beginning alone."""
    parts = text.removesuffix("/..").split("-")
    known = [None if each == "XXXX" else int(each) for each in parts]
    year, month, day = [*known, None, None][:3]
    shown = date({"year": year, "month": month, "day": day})
    if not text.endswith("/.."):
        return shown
    if month and not day:
        shown = _MONTHS[month - 1][1] + (f" {year}" if year else "")
    return f"с {shown}" if month else f"с {shown} года"


def machine_date(parts: Mapping[str, Any]) -> str:
    """Return a date as HTML's element ``time`` takes it, "" where it takes none such."""
    year, month, day = parts["year"], parts["month"], parts["day"]
    match bool(year), bool(month), bool(day):
        case True, True, True:
            return f"{year:04}-{month:02}-{day:02}"
        case True, True, False:
            return f"{year:04}-{month:02}"
        case True, False, False:
            return f"{year:04}"
        case False, True, True:
            return f"{month:02}-{day:02}"
        case _:
            return ""


def value(predicate: str, kind: Kind, printed: str) -> str:
    """Return the value of a fact about a kind, as people call it."""
    if PREDICATES[predicate].value == "edtf":
        return edtf(printed)
    word = allowed_values(PREDICATES[predicate], kind).get(printed)
    return word.label.ru if word else printed


def beginning(sentence: Sentence) -> str:
    """Return the first words of a sentence."""
    return short("".join(each.text for each in sentence.words))


def short(text: str) -> str:
    """Return the first words of a text."""
    words = text.split()
    shown = " ".join(words[:_FIRST_WORDS])
    return shown if len(words) <= _FIRST_WORDS else f"{shown} …"


_PREDICATES_OF_FIELDS = {
    "brands": "brand",
    "products": "product",
    "patrons": "patron",
    "specializations": "specialization",
    "holdings": "holding",
    "spheres": "sphere",
    "producers": "producer",
    "destinations": "destination",
    "parties": "party",
    "signatories": "signatory",
    "participants": "participant",
}
_FIELDS = {
    "events": KINDS["event"].plural.ru,
    "agreements": KINDS["agreement"].plural.ru,
    "year": "год",
    "month": "месяц",
    "day": "день",
}


def field(name: str) -> str:
    """Return what people call a field of a record's item."""
    known = _FIELDS.get(name)
    return known or PREDICATES[_PREDICATES_OF_FIELDS.get(name, name)].label.ru
