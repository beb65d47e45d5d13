"""Companies: names behind a legal form or a noun such as «завод», sole traders, and trade marks."""

import re
from collections.abc import Iterator

from app.domain.spans import Span
from app.domain.vocabulary import LEGAL_FORMS
from seed.draft.article import QUOTED, Spans
from seed.draft.morphology import parses
from seed.draft.suggestions import Mention, Reason, Record, Suggestions, record_of
from seed.draft.tables import BRANDS, COMPANY_NOUNS, OTHER_LEGAL_FORMS

_FORMS = "|".join(sorted([*LEGAL_FORMS, *OTHER_LEGAL_FORMS], key=len, reverse=True))
_WITH_FORM = re.compile(rf"\b(?P<form>{_FORMS}) (?:(?P<inner>[А-ЯЁ]{{2,5}}) )?(?P<quoted>{QUOTED})")
_WITH_NOUN = re.compile(rf"\b(?P<noun>[А-ЯЁа-яё]{{3,20}}) (?P<quoted>{QUOTED})")
_TRADER = re.compile(
    r"\bИП (?P<surname>[А-ЯЁ][а-яё]{1,30}(?:-[А-ЯЁ][а-яё]{1,30})?) "
    r"(?P<initials>[А-ЯЁ]\. ?[А-ЯЁ]\.)"
)
_BRAND = re.compile(rf",? \(?(?:под )?(?:{'|'.join(BRANDS)}) (?P<quoted>{QUOTED})")

_TRADES = Reason("The name that stands beside ИП is a person's, with initials.", "inferred")
_APPOSITION = Reason("It stands in apposition to the name just before it.")


def find_companies(suggestions: Suggestions) -> list[Mention]:
    """Suggest the companies of an article; return where it names them."""
    found = [*_with_form(suggestions), *_with_noun(suggestions), *_traders(suggestions)]
    for each in found:
        _suggest_brand(suggestions, each)
    records = {each.record for each in found}
    taken = Spans([each.span for each in found])
    for quoted in suggestions.article.quoted:
        record = _record(inner(suggestions.article.of(quoted)))
        if record in records and not taken.at(quoted.start):
            found.append(Mention(quoted, record))
    return sorted(found)


def inner(quoted: str) -> str:
    """Return what stands inside quotation marks."""
    return quoted[1:-1].strip()


def _record(name: str) -> Record | None:
    return record_of("company", name) if any(map(str.isalpha, name)) else None


def _with_form(suggestions: Suggestions) -> Iterator[Mention]:
    for match in _WITH_FORM.finditer(suggestions.article.text):
        span, name = Span(*match.span()), inner(match["quoted"])
        record = _record(name)
        if record is None:
            continue
        suggestions.add(record, "name", name, span)
        suggestions.add(record, "also_known_as", match[0], span)
        if match["inner"]:
            rest = Span(match.start("inner"), match.end())
            suggestions.add(record, "also_known_as", suggestions.article.of(rest), rest)
        suggestions.add(record, "legal_form", match["form"], span)
        yield Mention(span, record)


def _with_noun(suggestions: Suggestions) -> Iterator[Mention]:
    for match in _WITH_NOUN.finditer(suggestions.article.text):
        readings = [each for each in parses(match["noun"]) if each.normal_form in COMPANY_NOUNS]
        span, name = Span(*match.span()), inner(match["quoted"])
        record = _record(name) if readings else None
        if record is None:
            continue
        suggestions.add(record, "name", name, span)
        is_alias = any({"nomn", "sing"} in each.tag for each in readings)
        suggestions.add(record, "also_known_as" if is_alias else "printed_as", match[0], span)
        yield Mention(span, record)


def _traders(suggestions: Suggestions) -> Iterator[Mention]:
    """Yield the sole traders, whose names stand as printed: initials don't show their case."""
    for match in _TRADER.finditer(suggestions.article.text):
        span, surname = Span(*match.span()), match["surname"]
        name = f"{surname} {match['initials']}"
        company = record_of("company", surname)
        person = record_of("person", f"{match['initials']} {surname}")
        if company is None or person is None:
            continue
        guesses = (name, f"{surname[:-1]} {match['initials']}") if surname.endswith("а") else ()
        for record in (company, person):
            suggestions.add(record, "name", name, span, guesses=guesses)
        suggestions.add(company, "also_known_as", match[0], span)
        suggestions.add(company, "legal_form", "ИП", span)
        suggestions.add(company, "proprietor", person, span, reason=_TRADES)
        yield Mention(span, company)


def _suggest_brand(suggestions: Suggestions, company: Mention) -> None:
    match = _BRAND.match(suggestions.article.text, company.span.end)
    if match and any(map(str.isalpha, brand := inner(match["quoted"]))):
        span = Span(company.span.start, match.end())
        suggestions.add(company.record, "brand", brand, span, reason=_APPOSITION)
