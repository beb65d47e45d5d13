"""All lists, and what one may ask of each."""

from app.api import (
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
from app.listing import Listing
from app.queries import ListQuery

LISTS: tuple[tuple[Listing, type[ListQuery]], ...] = (
    (companies.companies, companies.CompanyQuery),
    (officials.officials, officials.OfficialQuery),
    (people.people, people.PersonQuery),
    (organizations.organizations, organizations.OrganizationQuery),
    (places.places, places.PlaceQuery),
    (events.events, events.EventQuery),
    (agreements.agreements, agreements.AgreementQuery),
    (quotations.quotations, quotations.QuotationQuery),
    (documents.documents, documents.DocumentQuery),
    (facts.listing, facts.FactQuery),
)
