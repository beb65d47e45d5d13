"""The forms of an answer beside JSON: how they are chosen and written."""
