"""Outside judges: tools that others wrote, held against the running server."""
