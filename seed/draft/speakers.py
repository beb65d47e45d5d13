"""Speakers: whom the words beside a quotation name."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.article import Article, Spans
from seed.draft.people import Person
from seed.draft.suggestions import Reason

_PRONOUNS = {"он": "masc", "она": "femn"}
_PRONOUN = Reason("The pronoun stands for the person named before.", "inferred")
_REACH = 600
"""Code points before a pronoun in which its person is looked for."""


class Speaker(NamedTuple):
    """A speaker, the words that name one, and the reason where these are no name."""

    person: Person
    naming: tuple[Span, ...]
    reason: Reason | None = None


class Speakers:
    """The people of an article, to be found by full name, surname or pronoun."""

    def __init__(self, article: Article, people: Sequence[Person]) -> None:
        self._article = article
        self._people = {each.span: each for each in people}
        self._spans = Spans(list(self._people))
        self._by_surname: dict[str, dict[str, Person]] = defaultdict(dict)
        for each in people:
            self._by_surname[each.surname.lower()].setdefault(each.record.slug, each)

    def inside(self, span: Span) -> list[Person]:
        """Return the people whom a span names in full, in order."""
        return [self._people[each] for each in self._spans.inside(span)]

    def find(self, span: Span) -> Speaker | None:
        """Return the speaker whom the words of a span name, None without one."""
        for person in self.inside(span):
            if "nomn" in person.cases:
                return Speaker(person, (person.span,))
        for word in self._article.words_in(span):
            naming = Span(word.start, word.end)
            bearers = self._by_surname.get(word.text.lower(), {}) if word.text[0].isupper() else {}
            if len(bearers) == 1:
                return Speaker(next(iter(bearers.values())), (naming,))
            if word.text in _PRONOUNS:
                before = self.inside(Span(max(0, span.start - _REACH), span.start))
                for person in reversed(before):
                    if "nomn" in person.cases and person.gender == _PRONOUNS[word.text]:
                        return Speaker(person, (person.span, naming), _PRONOUN)
        return None
