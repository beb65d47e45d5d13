"""Agreements: what they are about, and what sort they are."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.spans import Span
from app.domain.text import fold
from seed.draft.article import Article, Spans, closed
from seed.draft.morphology import is_adjective, lemmas, parses, part_of_speech, phrases
from seed.draft.places import governed, likely
from seed.draft.quotations import Quotation
from seed.draft.suggestions import (
    Record,
    Suggestions,
    capitalize,
    printed_in,
    record_of,
)
from seed.draft.tables import AGREEMENTS

_ABOUT = {"о", "об", "обо"}
_TRAILING = {"PREP", "CONJ", "PRCL", "ADVB", "NPRO", ""}
_READY = re.compile(r"готов[аоы]? к подписанию $")
_VERBS = {"VERB", "PRTS", "GRND"}
_REACH = 40


class Agreement(NamedTuple):
    """An agreement where the article names it, its sort if that is told, and the index of «о»."""

    span: Span
    record: Record
    name: str
    cases: tuple[str, ...]
    type: str
    about: int


def suggest_agreements(
    suggestions: Suggestions, quotations: Sequence[Quotation], taken: Sequence[Span]
) -> list[Agreement]:
    """Suggest the agreements of an article; return where it names them outside of quotations."""
    article, free = suggestions.article, Spans(taken)
    found = [each for index in range(len(article.words)) for each in _at(article, index, free)]
    said = {each.words: each for each in quotations}
    spoken = Spans(list(said))
    apart = []
    for each in sorted(found, key=lambda one: ("nomn" not in one.cases, one.span)):
        words = spoken.at(each.span.start)
        speaker = said[words].speaker if words else None
        claim = (speaker.person.record, speaker.naming[-1]) if speaker else None
        if words and not claim:
            continue
        _suggest(suggestions, each, claim)
        if not words:
            apart.append(each)
    return apart


def _at(article: Article, index: int, taken: Spans) -> Iterator[Agreement]:
    """Yield the agreement that a word names, if it does."""
    word = article.words[index]
    nouns = lemmas(word.text) & AGREEMENTS
    if not nouns or taken.at(word.start) or index + 2 >= len(article.words):
        return
    if article.words[index + 1].text not in _ABOUT or article.between(index, index + 1) != " ":
        return
    behind = _behind(article, index)
    readings = likely(phrases(word.text), governed(article, index))
    if behind <= index + 2 or not readings:
        return
    span = closed(article.text, Span(word.start, article.words[behind - 1].end))
    name = capitalize(readings[0].nominative[0] + article.text[word.end : span.end])
    if record := record_of("agreement", name):
        cases = tuple(dict.fromkeys(each.case for each in readings))
        yield Agreement(span, record, name, cases, _type(name, min(nouns)), index + 1)


def _behind(article: Article, index: int) -> int:
    """Return the index behind the last word of an agreement's name."""
    behind = article.clause_end(index, _VERBS)
    while behind < len(article.words) and _is_series(article, behind):
        behind = article.clause_end(behind, _VERBS)
    while behind > index and part_of_speech(article.words[behind - 1].text) in _TRAILING:
        behind -= 1
    if behind < len(article.words) and behind - index > 3:
        # «Соглашение о связях стороны подпишут»: the last noun is the subject of the verb.
        verb = parses(article.words[behind].text)[:1]
        last = article.words[behind - 1].text
        if any(each.tag.POS == "VERB" and _may_be_subject(last, each.tag.number) for each in verb):
            behind -= 1
    return behind


def _is_series(article: Article, index: int) -> bool:
    """Return whether a word and the one before it are adjectives with a comma between them."""
    before, word = article.words[index - 1].text, article.words[index].text
    is_comma = article.between(index - 1, index) == ", "
    return is_comma and is_adjective(before) and is_adjective(word)


def _may_be_subject(word: str, number: str | None) -> bool:
    return any({"NOUN", "nomn", number} in each.tag for each in parses(word)) if number else False


def _suggest(suggestions: Suggestions, found: Agreement, claim: tuple[Record, Span] | None) -> None:
    """Suggest an agreement; those of a quotation are a claim of its speaker."""
    record, printed, reason = (
        found.record,
        suggestions.article.of(found.span),
        printed_in(found.cases),
    )
    if capitalize(printed) == found.name:
        reason = None
    suggestions.add(
        record,
        "name",
        found.name,
        found.span,
        reason=reason,
        speaker=claim,
    )
    if reason:
        suggestions.add(record, "printed_as", printed, found.span, speaker=claim)
    if found.type:
        suggestions.add(record, "type", found.type, found.span, speaker=claim)
    if subject := _subject(suggestions.article, found):
        value, case = subject
        suggestions.add(
            record,
            "subject",
            value,
            found.span,
            reason=printed_in([case]),
            speaker=claim,
        )
    before = suggestions.article.text[max(0, found.span.start - _REACH) : found.span.start]
    if ready := _READY.search(before):
        span = Span(found.span.start - len(ready[0]), found.span.end)
        suggestions.add(record, "status", "ready_to_sign", span, speaker=claim)


def _type(name: str, noun: str) -> str:
    if "побратим" in fold(name):
        return "sister_city"
    if "намерени" in fold(name):
        return "protocol_of_intent" if noun == "протокол" else "intent"
    return ""


def _subject(article: Article, found: Agreement) -> tuple[str, str] | None:
    """Return what an agreement is about, in the nominative, and the case it is printed in."""
    words, case = article.words, "loct"
    first = found.about + 1
    if "намерение" in lemmas(words[first].text):
        first, case = first + 2, "datv"
        if first >= len(words) or words[first - 1].text != "по":
            return None
    last = first
    while last + 1 < len(words) and is_adjective(words[last].text):
        last += 1
    if words[last].end > found.span.end or part_of_speech(words[last].text) != "NOUN":
        return None
    readings = [
        each
        for each in phrases(*(word.text for word in words[first : last + 1]))
        if each.case == case
    ]
    if not readings:
        return None
    rest = article.text[words[last].end : found.span.end]
    return " ".join(readings[0].nominative) + rest, case
