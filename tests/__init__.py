"""Tests, which mirror app and seed and run on a migrated database seeded from the article."""
