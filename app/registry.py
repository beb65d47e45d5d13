"""The registry: every list with its query model, and every router of the data."""

from typing import NamedTuple

from app.api import (
    agreements,
    annotations,
    companies,
    context,
    documents,
    events,
    facts,
    graph,
    officials,
    organizations,
    people,
    places,
    quotations,
    search,
    verification,
)
from app.http.routing import Router
from app.listing.declaration import Listing
from app.params.queries import ListQuery


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

ROUTERS: tuple[Router, ...] = (
    companies.router,
    officials.router,
    people.router,
    organizations.router,
    places.router,
    events.router,
    agreements.router,
    quotations.router,
    facts.router,
    documents.router,
    verification.router,
    annotations.router,
    search.router,
    graph.router,
    context.router,
)
"""Every router of the data, in the order of the documentation."""
