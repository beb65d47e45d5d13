"""Faults: stopped servers, killed loads, locks, damaged files and full disks, under requests."""
