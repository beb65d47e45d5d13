"""Signing: whether an agreement was signed, when and by whom."""

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.agreements import Agreement
from seed.draft.article import Spans
from seed.draft.dates import Date
from seed.draft.morphology import parses, part_of_speech
from seed.draft.people import Person
from seed.draft.suggestions import Mention, Reason, Suggestions
from seed.draft.tables import SIGNING

_CITIES = Reason("«Побратимских» makes them agree for their cities, and two sign.")


class Sides(NamedTuple):
    """Those who may sign, and when."""

    people: Sequence[Person]
    parties: Sequence[Mention]
    dates: Sequence[Date]


class Signing:
    """Suggests what the verb right before or behind an agreement says of its signing."""

    def __init__(self, suggestions: Suggestions, sides: Sides) -> None:
        self._suggestions = suggestions
        self._article = suggestions.article
        self._people = {each.span: each for each in sides.people}
        self._parties = {each.span: each for each in sides.parties}
        self._sides = Spans([*self._people, *self._parties])
        self._dates = {each.span: each for each in sides.dates if each.edtf}
        self._date_spans = Spans(list(self._dates))

    def suggest(self, agreement: Agreement) -> None:
        """Suggest that an agreement was signed, when and by whom."""
        verb = self._verb(agreement)
        if verb is None:
            return
        words, record = self._article.words, agreement.record
        proof = Span(
            min(words[verb].start, agreement.span.start), max(words[verb].end, agreement.span.end)
        )
        self._suggestions.add(record, "status", "signed", proof)
        sentence = self._article.sentence_at(agreement.span.start)
        dates = self._date_spans.inside(sentence)
        if len(dates) == 1:
            whole = Span(min(proof.start, dates[0].start), max(proof.end, dates[0].end))
            self._suggestions.add(record, "signed_on", self._dates[dates[0]].edtf, whole)
        if part_of_speech(words[verb].text) == "VERB" and proof.end == agreement.span.end:
            self._suggest_sides(agreement, sentence.start, verb)

    def _verb(self, agreement: Agreement) -> int | None:
        """Return the index of the verb that says an agreement was signed, None without one."""
        article, words = self._article, self._article.words
        first, behind = article.index_at(agreement.span.start), article.index_at(agreement.span.end)
        for index, before in ((first - 1, first - 1), (behind, behind - 1)):
            if not 0 <= index < len(words) or before < 0 or before + 1 >= len(words):
                continue
            readings = parses(words[index].text)[:1]
            is_signed = any(
                each.normal_form in SIGNING and each.tag.POS in {"VERB", "PRTS"}
                and each.tag.tense == "past"
                for each in readings
            )  # fmt: skip
            is_denied = index > 0 and words[index - 1].text.lower() in {"не", "ещё", "еще"}
            if is_signed and not is_denied and article.between(before, before + 1) == " ":
                return index
        return None

    def _suggest_sides(self, agreement: Agreement, start: int, verb: int) -> None:
        """Suggest who signed, of those who stand before the verb, and whom an agreement binds."""
        article, record = self._article, agreement.record
        subjects = self._sides.inside(Span(start, article.words[verb].start))
        people = [self._people[each] for each in subjects if each in self._people]
        people = [each for each in people if "nomn" in each.cases]
        for person in people:
            proof = Span(person.span.start, agreement.span.end)
            self._suggestions.add(record, "signatory", person.record, proof)
        if not people:
            for span in subjects:
                proof = Span(span.start, agreement.span.end)
                self._suggestions.add(record, "party", self._parties[span].record, proof)
        elif agreement.type == "sister_city" and len(people) == 2:
            self._suggest_cities(agreement, people)

    def _suggest_cities(self, agreement: Agreement, people: Sequence[Person]) -> None:
        cities = [self._suggestions.object_of(each.record, "territory") for each in people]
        first, second = cities
        if first is None or second is None or first == second:
            return
        start = self._article.sentence_at(agreement.span.start).start
        proof = Span(start, agreement.span.end)
        for city, other in ((first, second), (second, first)):
            for record, predicate, what in (
                (agreement.record, "party", city), (city, "sister_city", other)
            ):  # fmt: skip
                self._suggestions.add(record, predicate, what, proof, reason=_CITIES)
