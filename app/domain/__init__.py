"""The domain: vocabulary, ids, text folding, spans and coverage, without HTTP or SQL."""
