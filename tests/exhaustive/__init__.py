"""Exhaustive tests: every request of a kind, compared with an independent result."""
