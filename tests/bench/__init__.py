"""Tests of the benchmarks: measurements are correct and comparable. Nothing is timed."""
