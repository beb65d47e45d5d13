"""Load: one transaction that writes what the documents say, and every projection of it."""
