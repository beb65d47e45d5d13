"""Transform: what documents say becomes the rows that are loaded. Pure functions, no database."""
