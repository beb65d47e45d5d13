"""Tests of the measurements: that they are right and fair. Nothing is timed."""
