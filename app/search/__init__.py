"""Search: text analysis, queries, full-text indexes, ranking, snippets and spelling."""
