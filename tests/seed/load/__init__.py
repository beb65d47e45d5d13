"""Tests of the load step."""
