"""Circumstances: when and where an event took place, as far as its own clause says so."""

from collections.abc import Iterator, Sequence

from app.domain.spans import Span
from seed.draft.article import Spans
from seed.draft.dates import Date
from seed.draft.events import Event
from seed.draft.morphology import is_adjective, lemmas
from seed.draft.organizations import Organization
from seed.draft.places import Place
from seed.draft.suggestions import Suggestions
from seed.draft.tables import ADVERBS, BEGINNING, DATE_LIMITS, TAKING_PLACE

_PREPOSITIONS = {"в", "во", "на", "с"}
_MAX_WORDS = 12


class Circumstances:
    """Suggests dates, places and venues of events.

    A clause says when or where its event took place if nothing else than a verb such as «прошли»,
    dates, places and their prepositions stand between them.
    """

    def __init__(
        self,
        suggestions: Suggestions,
        dates: Sequence[Date],
        places: Sequence[Place | Organization],
    ) -> None:
        self._suggestions = suggestions
        self._article = suggestions.article
        self._dates = {each.span: each for each in dates}
        self._places = {each.span: each for each in places}
        self._parts = Spans([*self._dates, *self._places])

    def suggest(self, event: Event) -> None:
        """Suggest when and where an event took place."""
        found = [*self._walk(event, -1), *self._walk(event, 1)]
        verbs = [span for span in found if span not in self._dates and span not in self._places]
        for part in found if verbs else ():
            if date := self._dates.get(part):
                self._suggest_date(event, date, verbs, _around([event.span, part, *verbs]))
            elif place := self._places.get(part):
                start = self._article.words[self._preposition(part)].start
                proof = _around([event.span, Span(start, part.end), *verbs])
                is_building = not isinstance(place, Place) or place.is_building
                predicate = "venue" if is_building else "place"
                self._suggestions.add(event.record, predicate, place.record, proof)

    def _suggest_date(self, event: Event, date: Date, verbs: Sequence[Span], proof: Span) -> None:
        article, record = self._article, event.record
        beginnings = [each for each in verbs if lemmas(article.of(each)) & BEGINNING]
        words = date.span
        for verb in beginnings:
            both = _around([verb, date.span])
            if both.end - both.start == len(article.of(verb)) + len(article.of(date.span)) + 1:
                words = both
        self._suggestions.add(record, "date_text", article.of(words), proof)
        if date.edtf:
            edtf = f"{date.edtf}/.." if beginnings else date.edtf
            self._suggestions.add(record, "date", edtf, proof)

    def _walk(self, event: Event, step: int) -> Iterator[Span]:
        """Yield the verbs, dates and places beside an event, in one direction from it."""
        words = self._article.words
        edge = event.span.start if step < 0 else event.span.end
        index = self._article.index_at(edge) - (step < 0)
        for _ in range(_MAX_WORDS):
            if not 0 <= index < len(words):
                return
            word = words[index]
            known = self._parts.at(word.start)
            part = known or Span(word.start, word.end)
            gap = Span(part.end, edge) if step < 0 else Span(edge, part.start)
            if self._article.of(gap) not in {" ", "\xa0"} or (known and not self._counts(known)):
                return
            if known or lemmas(word.text) & TAKING_PLACE:
                yield part
            elif word.text.lower() not in _PREPOSITIONS | ADVERBS and not is_adjective(word.text):
                return
            edge = part.start if step < 0 else part.end
            index = self._article.index_at(edge) - (step < 0)

    def _counts(self, part: Span) -> bool:
        """Return whether a date is no limit, or a place stands behind «в» or «на»."""
        before = self._article.words[self._preposition(part)]
        if part in self._dates:
            return before.start >= part.start or before.text.lower() not in DATE_LIMITS
        return before.start < part.start and before.text.lower() in _PREPOSITIONS

    def _preposition(self, part: Span) -> int:
        """Return the index of the word before a date, or before a place and its adjectives."""
        index = self._article.index_at(part.start)
        if part in self._places:
            index = self._article.adjectives_before(index)
        return max(0, index - 1)


def _around(spans: Sequence[Span]) -> Span:
    return Span(min(each.start for each in spans), max(each.end for each in spans))
