"""Tests of the transform step."""
