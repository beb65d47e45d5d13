"""Tests: they mirror app and seed, and run on the migrated, really seeded database."""
