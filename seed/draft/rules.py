"""The rules in their order: each reads what those before it have found."""

from collections.abc import Sequence
from typing import TypeVar

from app.domain.spans import Span
from seed.draft.agreements import suggest_agreements
from seed.draft.article import Article, Spans
from seed.draft.circumstances import Circumstances
from seed.draft.companies import find_companies
from seed.draft.dates import find_dates
from seed.draft.events import Event, find_events, suggest_heads
from seed.draft.organizations import Organization, find_organizations
from seed.draft.people import Person, find_people
from seed.draft.places import find_places
from seed.draft.posts import Posts
from seed.draft.quotations import find_quotations, suggest_mentions
from seed.draft.signing import Sides, Signing
from seed.draft.suggestions import Mention, Suggestions

_Named = TypeVar("_Named", bound=Person | Event | Organization)


def suggest(text: str) -> Suggestions:
    """Return the facts that the rules find in a text, each with its proof."""
    article = Article(text)
    suggestions = Suggestions(article)
    companies = find_companies(suggestions)
    taken: list[Span] = [each.span for each in companies]
    people = find_people(suggestions, taken)
    places = find_places(suggestions, [*taken, *(each.span for each in people)])
    organizations = find_organizations(suggestions, taken, people, places)
    taken += [each.span for each in organizations]
    quotations = find_quotations(suggestions, people)
    spoken = Spans(each.words for each in quotations)
    Posts(suggestions, companies, places, organizations).suggest(_apart(people, spoken))
    events = find_events(suggestions, places, taken)
    suggest_heads(suggestions, people, _apart([*events, *organizations], spoken))
    dates = find_dates(text)
    circumstances = Circumstances(suggestions, dates, [*places, *organizations])
    for event in _apart(events, spoken):
        circumstances.suggest(event)
    suggest_mentions(suggestions, quotations, [*people, *places])
    bodies = [Mention(each.span, each.record) for each in organizations if "nomn" in each.cases]
    sides = Sides(people, sorted([*companies, *bodies]), dates)
    signing = Signing(suggestions, sides)
    for agreement in suggest_agreements(suggestions, quotations, taken):
        signing.suggest(agreement)
    return suggestions


def _apart(found: Sequence[_Named], spoken: Spans) -> list[_Named]:
    """Return what stands outside of quotations: what is said inside is a claim of the speaker."""
    return [each for each in found if not spoken.at(each.span.start)]
