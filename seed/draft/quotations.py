"""Quotations: what is said in quotation marks or behind a dash, and by whom."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.domain.sentences import sentences
from app.domain.spans import Span
from seed.draft.article import Article, Spans
from seed.draft.morphology import is_predicate, lemmas
from seed.draft.people import Person
from seed.draft.places import Place
from seed.draft.speakers import Speaker, Speakers
from seed.draft.suggestions import Record, Suggestions, slug_of
from seed.draft.tables import SPEECH

_MAX_LENGTH = 5_000
_MAX_PROOF = 300
_MAX_NAMING = 400
_MARKS = ",.!?…"
_PAIRS = {"»": "«", "”": "“"}
_SPOKEN = re.compile(
    rf"(?P<end>[{_MARKS}]{{0,3}}(?P<closing>[»”\"]?)[{_MARKS}]{{0,3}})"
    r" [–—-] (?P<verb>[а-яё]{3,25})(?!\w)"
)
_INTRODUCED = re.compile(r": (?=[«“\"])")
_DASHED = re.compile(r"[–—-] ?(?=\S)")
_NESTING = re.compile(r"[«»“”\"\n]")
_GOES_ON = re.compile(r" [–—-] (?=[А-ЯЁ])")


class Quotation(NamedTuple):
    """What somebody says: its words, who that is, and its record."""

    words: Span
    speaker: Speaker | None
    record: Record


class _Rest(NamedTuple):
    """Where the words of a quotation may go on behind those that name its speaker."""

    start: int
    end: int
    speaker: Speaker | None


def find_quotations(suggestions: Suggestions, people: Sequence[Person]) -> list[Quotation]:
    """Suggest the quotations of an article; return them in order."""
    article, speakers = suggestions.article, Speakers(suggestions.article, people)
    said = [*_spoken(article, speakers), *_introduced(article, speakers)]
    quotations: list[Quotation] = []
    slugs: set[str] = set()
    for words, speaker in sorted(said, key=lambda each: each[0]):
        span = _trimmed(article.text, words)
        if span is None or (quotations and span.start < quotations[-1].words.end):
            continue
        if slug := _slug(article.of(span), speaker, slugs):
            quotations.append(Quotation(span, speaker, Record("quotation", slug)))
    for quotation in quotations:
        _suggest(suggestions, quotation)
    return quotations


def suggest_mentions(
    suggestions: Suggestions, quotations: Sequence[Quotation], named: Sequence[Person | Place]
) -> None:
    """Suggest the people and places that quotations name."""
    spans = Spans([each.span for each in named])
    by_span = {each.span: each for each in named}
    for quotation in quotations:
        for span in spans.inside(quotation.words) if quotation.speaker else ():
            naming = quotation.speaker.naming if quotation.speaker else ()
            suggestions.add(quotation.record, "mention", by_span[span].record, span, *naming)


def _suggest(suggestions: Suggestions, quotation: Quotation) -> None:
    words, record = quotation.words, quotation.record
    text = suggestions.article.of(words)
    parts = [Span(words.start + each.start, words.start + each.end) for each in sentences(text)]
    name = _trimmed(suggestions.article.text, parts[0]) or parts[0]
    suggestions.add(record, "name", suggestions.article.of(name), name)
    suggestions.add(record, "text", text, words)
    if speaker := quotation.speaker:
        proof = _proof(words, parts[0], parts[-1], speaker.naming)
        suggestions.add(record, "speaker", speaker.person.record, *proof, reason=speaker.reason)


def _proof(words: Span, first: Span, last: Span, naming: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the spans that prove a speaker: one, or the ends of a long quotation."""
    *others, name = naming
    if name.end <= words.start:
        return (Span(name.start, first.end),)
    if not others and name.end - words.start <= _MAX_PROOF:
        return (Span(words.start, name.end),)
    return (*others, *([] if others else [first]), Span(last.start, name.end))


def _slug(text: str, speaker: Speaker | None, taken: set[str]) -> str:
    """Return an id of the speaker's surname and the first words, and remember it."""
    surname = speaker.person.surname if speaker else ""
    slug = slug_of(" ".join([surname, *text.split()[:3]]))
    numbered = slug
    number = 1
    while numbered in taken:
        number += 1
        numbered = f"{slug}-{number}"
    taken.add(numbered)
    return numbered


def _trimmed(text: str, span: Span) -> Span | None:
    """Return a span without space and without the mark at its end; None without a letter."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    words = words.strip()
    end = start + len(words.rstrip(",. ") or words)
    if len(words) > _MAX_LENGTH or "\n" in words or not any(map(str.isalpha, words)):
        return None
    return Span(start, end)


def _spoken(article: Article, speakers: Speakers) -> Iterator[tuple[Span, Speaker | None]]:
    """Yield what stands before a dash and a verb such as «отметил», and what goes on behind it."""
    text, rest = article.text, None
    for match in _SPOKEN.finditer(text):
        if not match["end"] or not _is_speech(match["verb"]):
            continue
        verb, words_end = match.start("verb"), match.start()
        sentence_end = min(article.sentence_at(verb).end, verb + _MAX_NAMING)
        speaker = speakers.find(Span(verb, sentence_end))
        if speaker and not speaker.reason:
            speaker = speaker._replace(naming=(Span(verb, speaker.naming[-1].end),))
        start: int | None
        if rest and match.start() < rest.end:
            start, end = rest.start, rest.end
        else:
            if rest:
                yield Span(rest.start, rest.end), rest.speaker
            start, end = _beginning(text, match)
        rest = None
        if start is None:
            continue
        yield Span(start, words_end), speaker
        if goes_on := _GOES_ON.match(text, sentence_end):
            rest = _Rest(goes_on.end(), end, speaker) if goes_on.end() < end else None
    if rest:
        yield Span(rest.start, rest.end), rest.speaker


def _is_speech(verb: str) -> bool:
    return bool(lemmas(verb) & SPEECH) and is_predicate(verb)


def _beginning(text: str, match: re.Match[str]) -> tuple[int | None, int]:
    """Return where the words before a dash begin, None where nothing tells, and where more end."""
    if match["closing"]:
        opening = _opening_before(text, match.start("closing"), match["closing"])
        return (None if opening is None else opening + 1), 0
    opening = _opening_before(text, match.start(), "»")
    if opening is not None:
        return opening + 1, _closing_after(text, opening)
    floor = max(0, match.start() - _MAX_LENGTH)
    line = text.rfind("\n", floor, match.start()) + 1 or floor
    dash = _DASHED.match(text, line)
    ceiling = match.end() + _MAX_LENGTH
    line_end = text.find("\n", match.end(), ceiling)
    return (dash.end() if dash else None), line_end if line_end >= 0 else min(len(text), ceiling)


def _introduced(article: Article, speakers: Speakers) -> Iterator[tuple[Span, Speaker | None]]:
    """Yield what stands in quotation marks behind a colon, a verb and a name: «X отметил: «…»»."""
    text = article.text
    for match in _INTRODUCED.finditer(text):
        sentence = article.sentence_at(match.start())
        before = Span(max(sentence.start, match.start() - _MAX_NAMING), match.start())
        speaker = speakers.find(before)
        if speaker and any(_is_speech(word.text) for word in article.words_in(before)):
            end = _closing_after(text, match.end())
            if end:
                yield Span(match.end() + 1, end), speaker


def _opening_before(text: str, position: int, closing: str) -> int | None:
    """Return the quotation mark that opens what ``closing`` closes at a position, None without."""
    floor = max(0, position - _MAX_LENGTH)
    if closing == '"':
        found = text.rfind('"', floor, position)
        return found if found >= 0 else None
    depth = 0
    for match in reversed(list(_NESTING.finditer(text, floor, position))):
        if match[0] == "\n":
            return None
        if match[0] == closing:
            depth += 1
        elif match[0] == _PAIRS[closing]:
            if not depth:
                return match.start()
            depth -= 1
    return None


def _closing_after(text: str, opening: int) -> int:
    """Return where the quotation mark stands that closes one, 0 without it."""
    mark = text[opening]
    closing = {"«": "»", "“": "”"}.get(mark, mark)
    depth = 0
    for match in _NESTING.finditer(text, opening + 1, opening + _MAX_LENGTH):
        if match[0] == closing:
            if not depth:
                return match.start()
            depth -= 1
        elif match[0] == mark:
            depth += 1
    return 0
