"""The rules in their order: each reads what those before it have found."""

from app.domain.spans import Span
from seed.draft.agreements import suggest_agreements
from seed.draft.article import Article
from seed.draft.companies import find_companies
from seed.draft.dates import find_dates
from seed.draft.events import find_events, suggest_heads
from seed.draft.organizations import find_organizations
from seed.draft.people import find_people
from seed.draft.places import find_places
from seed.draft.posts import Posts
from seed.draft.quotations import find_quotations, suggest_mentions
from seed.draft.settings import Settings
from seed.draft.signing import Sides, Signing
from seed.draft.suggestions import Mention, Suggestions


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
    Posts(suggestions, people, companies, places, organizations)
    events = find_events(suggestions, places, taken)
    suggest_heads(suggestions, people, [*events, *organizations])
    dates = find_dates(text)
    settings = Settings(suggestions, dates, [*places, *organizations])
    for event in events:
        settings.suggest(event)
    quotations = find_quotations(suggestions, people)
    suggest_mentions(suggestions, quotations, [*people, *places])
    bodies = [Mention(each.span, each.record) for each in organizations if "nomn" in each.cases]
    sides = Sides(people, sorted([*companies, *bodies]), dates)
    signing = Signing(suggestions, sides)
    for agreement in suggest_agreements(suggestions, quotations, taken):
        signing.suggest(agreement)
    return suggestions
