"""Projections: items rendered from table rows; used by a load only."""
