"""HTTP: routing, the request context, negotiation, conditional requests, streams and problems."""
