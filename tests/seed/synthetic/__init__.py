"""Tests of seed.synthetic."""
