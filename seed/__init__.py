"""The seed: reads the documents, finds every quote, and loads it all in one transaction."""
