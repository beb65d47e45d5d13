"""Tests of seed.draft."""
