"""Synthetic documents, for tests and measurements."""
