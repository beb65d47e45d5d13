"""Tests of seed.extract."""
