"""The endpoints, one file for each resource; ``ROUTERS`` has them all."""

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
    vocabulary,
)
from app.http.routing import Router

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
    vocabulary.router,
)
"""Every router of the data, in the order of the documentation."""
