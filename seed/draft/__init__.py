"""Drafts: an author's first facts, as far as rules and the morphology find them in a text."""
