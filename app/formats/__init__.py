"""Formats of a response beside JSON: CSV and JSON-LD."""
