"""Tests of app.middleware."""

PATHS = [
    "/v1/companies",
    "/v1/companies/sibir",
    "/v1/facts?limit=3",
    "/v1/search?q=омск",
    "/v1/vocabulary",
    "/v1/documents/omsk-days-pavlodar/text",
    "/openapi.json",
    "/docs",
    "/docs/swagger-ui.css",
    "/problems/not-found",
]
"""One path of every kind of complete response."""
