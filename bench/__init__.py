"""Measurements: what Pobratim costs beside others, and as its data grows. No part of the server."""
