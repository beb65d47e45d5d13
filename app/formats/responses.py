"""The OpenAPI responses of exports and pictures: the formats beside JSON."""

from typing import Any

from app.formats import csv

MAX_EXPORT_LENGTH = 2**40
"""The documented maximum length of unbounded responses: OpenAPI linters require a number."""

EXPORT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": csv.__doc__,
                    "maxLength": MAX_EXPORT_LENGTH,
                }
            },
            "application/x-ndjson": {
                "schema": {
                    "type": "string",
                    "description": "Every record as JSON, a line each.",
                    "maxLength": MAX_EXPORT_LENGTH,
                }
            },
            "application/ld+json": {"schema": {"$ref": "#/components/schemas/LinkedDocument"}},
        }
    }
}
"""The ``responses`` of every list's route."""

PICTURE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "image/svg+xml": {
                "schema": {
                    "type": "string",
                    "description": "The record and what is one fact away, as a picture.",
                    "maxLength": MAX_EXPORT_LENGTH,
                }
            }
        }
    }
}
"""The ``responses`` of the route of every record's neighbours."""
