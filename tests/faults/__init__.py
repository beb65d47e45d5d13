"""Faults: what is stopped, killed, locked, damaged or full, while others ask."""
