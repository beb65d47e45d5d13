"""Schemas that several resources show: references, facts, relations, pages."""
