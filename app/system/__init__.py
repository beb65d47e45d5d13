"""System: the endpoints beside the data: health, OpenAPI, problem pages and the docs page."""
