"""Pobratim: a read-only REST API in which every fact shows the words that prove it."""

__version__ = "0.1.0"
