"""Posts: who is mayor, minister or director of what, and what else stands beside a name."""

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.article import QUOTES, Spans
from seed.draft.morphology import (
    CASES,
    Phrase,
    is_adjective,
    is_oblique,
    is_predicate,
    lemmas,
    parses,
    part_of_speech,
    phrases,
)
from seed.draft.organizations import Organization
from seed.draft.people import Person
from seed.draft.places import Place
from seed.draft.suggestions import Mention, Reason, Suggestions, printed_in
from seed.draft.tables import (
    GENERIC_TERRITORIES,
    LEADERS,
    NAMED_AFTER,
    POST_ADJECTIVES,
    POST_PREPOSITIONS,
    POSTS,
)

_MAX_WORDS = 14
_CHAIN = Reason("The chain of genitives leads from the post to that place.")


class _Post(NamedTuple):
    """The words of a post: its noun's index, where the last word ends, and what has it all."""

    noun: int
    end: int
    proof: Span
    person: Person


class Posts:
    """Suggests the posts that stand right before names, and behind them after a comma."""

    def __init__(
        self,
        suggestions: Suggestions,
        companies: Sequence[Mention],
        places: Sequence[Place],
        organizations: Sequence[Organization],
    ) -> None:
        self._suggestions = suggestions
        self._article = suggestions.article
        self._people = Spans([])
        self._quoted = Spans(self._article.quoted)
        self._companies = Spans([each.span for each in companies])
        self._places = {each.span: each for each in places}
        self._place_spans = Spans(list(self._places))
        self._organizations = {each.span: each for each in organizations}
        self._organization_spans = Spans(list(self._organizations))

    def suggest(self, people: Sequence[Person]) -> None:
        """Suggest the posts of people where an article names them."""
        self._people = Spans([each.span for each in people])
        found = [
            post
            for person in people
            for post in (self._before(person), self._behind(person))
            if post
        ]
        for post in sorted(found, key=self._rank):
            self._suggest_post(post)

    def _rank(self, post: _Post) -> tuple[bool, bool, int]:
        """Return the order of posts: those that need no change come first."""
        opens = self._article.opens_sentence(post.noun)
        return "nomn" not in post.person.cases, opens, post.noun

    def _before(self, person: Person) -> _Post | None:
        """Return the post whose words end right before a name."""
        words, name = self._article.words, self._article.index_at(person.span.start)
        if not name or words[name - 1].text in NAMED_AFTER:
            return None
        noun = None
        for index in range(name - 1, max(-1, name - 1 - _MAX_WORDS), -1):
            is_next = self._follows(index) and not self._people.at(words[index].start)
            if not is_next or (noun is not None and words[index].text == "и"):
                break
            is_post = self._is_post(index, person)
            noun = index if is_post else noun
            if not self._is_complement(index) or (is_post and "nomn" in person.cases):
                break
        if noun is None:
            return None
        start = words[noun].start
        end = start + len(self._article.text[start : person.span.start].rstrip())
        return _Post(noun, end, Span(words[noun].start, person.span.end), person)

    def _behind(self, person: Person) -> _Post | None:
        """Return the post whose words stand between a comma behind a name and the next mark."""
        words, first = self._article.words, self._article.index_at(person.span.end)
        text = self._article.text
        if not text.startswith(", ", person.span.end):
            return None
        noun = first
        while noun < len(words) and noun - first < 3 and lemmas(words[noun].text) & POST_ADJECTIVES:
            noun += 1
        if noun == len(words) or not lemmas(words[noun].text) & (POSTS | LEADERS):
            return None
        last = noun
        while last + 1 < len(words) and last - noun < _MAX_WORDS and self._follows(last):
            if not self._is_complement(last + 1) or self._people.at(words[last + 1].start):
                return None
            last += 1
        end = words[last].end
        while text[end : end + 1] in tuple(QUOTES):
            end += 1
        if not self._is_post(noun, person) or text[end : end + 1] not in {",", ".", "\n", ""}:
            return None
        return _Post(noun, end, Span(person.span.start, end), person)

    def _follows(self, index: int) -> bool:
        """Return whether the next word follows without a punctuation mark, but for quotation."""
        if index + 1 == len(self._article.words):
            return False
        gap = self._article.between(index, index + 1)
        return not gap.strip(f" \xa0{QUOTES}") and gap != ""

    def _is_post(self, index: int, person: Person) -> bool:
        """Return whether a word is a noun for somebody, in a case of a person's name."""
        word = self._article.words[index]
        if self._quoted.at(word.start):
            return False
        is_post = bool(lemmas(word.text) & (POSTS | LEADERS))
        if not word.text.islower() and not is_post and not self._article.opens_sentence(index):
            return False
        return part_of_speech(word.text) == "NOUN" and any(
            each.tag.POS == "NOUN"
            and each.tag.number == "sing"
            and each.tag.case in person.cases
            and (is_post or each.tag.animacy == "anim")
            and not any(name in each.tag for name in ("Name", "Surn", "Patr"))
            for each in parses(word.text)
        )

    def _is_complement(self, index: int) -> bool:
        """Return whether a word may belong to the genitives and names behind a post."""
        word = self._article.words[index]
        if self._quoted.at(word.start) or word.text.isdecimal():
            return True
        if not word.text.islower():
            return not is_predicate(word.text)
        is_noun = is_oblique(word.text) and not is_predicate(word.text)
        return is_noun or word.text in {"и", *POST_PREPOSITIONS}

    def _suggest_post(self, post: _Post) -> None:
        """Suggest a public post, or what a text says of somebody in passing."""
        words = self._article.words
        complement = Span(words[post.noun].end, post.end)
        is_public = self._is_public(post.noun, complement)
        first = self._first_adjective(post.noun, is_public=is_public)
        proof = Span(min(words[first].start, post.proof.start), post.proof.end)
        phrase = self._nominative(first, post)
        if phrase is None:
            return
        text = " ".join(phrase.nominative) + self._article.of(complement)
        printed = Span(words[first].start, post.end)
        reason = printed_in(post.person.cases)
        record = post.person.record
        if not is_public:
            value = text[:1].lower() + text[1:]
            self._suggestions.add(record, "description", value, proof, reason=reason)
            return
        self._suggestions.add(
            record, "position", phrase.nominative[-1].lower(), proof, reason=reason
        )
        words_behind = self._article.words_in(complement)
        is_generic = len(words_behind) == 1 and lemmas(words_behind[0].text) & GENERIC_TERRITORIES
        if words_behind and not is_generic:
            value = text if reason else self._article.of(printed)
            self._suggestions.add(record, "post", value, proof, reason=reason)
        self._suggest_where(post, complement, proof)

    def _suggest_where(self, post: _Post, complement: Span, proof: Span) -> None:
        """Suggest the body and the territory of a post."""
        record = post.person.record
        bodies = [self._organizations[each] for each in self._organization_spans.inside(complement)]
        places = [self._places[each] for each in self._place_spans.inside(complement)]
        if bodies:
            self._suggestions.add(record, "organization", bodies[0].record, proof)
        if len(places) == 1:
            reason = _CHAIN if bodies else None
            self._suggestions.add(record, "territory", places[0].record, proof, reason=reason)

    def _is_public(self, noun: int, complement: Span) -> bool:
        word = self._article.words[noun].text
        if lemmas(word) & POSTS:
            return True
        if not lemmas(word) & LEADERS or self._companies.inside(complement):
            return False
        return bool(
            self._organization_spans.inside(complement)
            or self._place_spans.inside(complement)
            or any(
                lemmas(each.text) & (GENERIC_TERRITORIES | POSTS)
                for each in self._article.words_in(complement)
            )
        )

    def _first_adjective(self, noun: int, *, is_public: bool) -> int:
        """Return the index of the first adjective that belongs to a post, or of its noun."""
        first = noun
        while first > self._article.adjectives_before(noun):
            word = self._article.words[first - 1].text
            is_part = lemmas(word) & POST_ADJECTIVES or (not is_public and is_adjective(word))
            if not is_part or is_predicate(word):
                break
            first -= 1
        return first

    def _nominative(self, first: int, post: _Post) -> Phrase | None:
        """Return the post's adjectives and noun in the nominative, None where they don't agree."""
        words = [each.text for each in self._article.words[first : post.noun + 1]]
        cases = {CASES[case] for case in post.person.cases}
        readings = [each for each in phrases(*words) if CASES[each.case] in cases]
        return next((each for each in readings if each.number == "sing"), None)
