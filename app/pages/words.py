"""Words of the pages: counts with their nouns, and numbers as Russian readers write them."""

from app.domain.vocabulary import KINDS, PREDICATES, Kind, allowed_values
from app.pages.reader import Sentence

NOUNS: dict[str, tuple[str, str, str]] = {
    "company": ("предприятие", "предприятия", "предприятий"),
    "person": ("человек", "человека", "человек"),
    "organization": ("организация", "организации", "организаций"),
    "place": ("место", "места", "мест"),
    "event": ("событие", "события", "событий"),
    "agreement": ("соглашение", "соглашения", "соглашений"),
    "quotation": ("цитата", "цитаты", "цитат"),
    "document": ("документ", "документа", "документов"),
    "fact": ("факт", "факта", "фактов"),
    "row": ("строка", "строки", "строк"),
    "character": ("знак", "знака", "знаков"),
    "match": ("совпадение", "совпадения", "совпадений"),
}
"""The forms of a noun behind 1, 2 and 5."""
_FIRST_WORDS = 6


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


def value(predicate: str, kind: Kind, printed: str) -> str:
    """Return the value of a fact about a kind, as people call it."""
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
