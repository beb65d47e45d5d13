"""The registry: every list with its query model."""

from typing import NamedTuple

from app.listing.declaration import Listing
from app.params.queries import ListQuery
from app.resources import (
    agreements,
    companies,
    documents,
    events,
    facts,
    officials,
    organizations,
    people,
    places,
    quotations,
)


class ListResource(NamedTuple):
    """The declaration of a list, and the model of its query."""

    listing: Listing
    query: type[ListQuery]


LISTS: tuple[ListResource, ...] = (
    ListResource(companies.companies, companies.CompanyQuery),
    ListResource(officials.officials, officials.OfficialQuery),
    ListResource(people.people, people.PersonQuery),
    ListResource(organizations.organizations, organizations.OrganizationQuery),
    ListResource(places.places, places.PlaceQuery),
    ListResource(events.events, events.EventQuery),
    ListResource(agreements.agreements, agreements.AgreementQuery),
    ListResource(quotations.quotations, quotations.QuotationQuery),
    ListResource(documents.documents, documents.DocumentQuery),
    ListResource(facts.facts, facts.FactQuery),
)
"""Every list, in the order of the archive."""
