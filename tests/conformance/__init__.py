"""Conformance: third-party tools check the running server."""
