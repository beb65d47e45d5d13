"""Lists: from a query to a page, an export, facet counts and details; the same for all kinds."""
