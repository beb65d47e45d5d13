"""Tests of app.search, and the texts that several of them draw."""

from hypothesis import strategies as st

TEXT = st.text(max_size=60) | st.text("абвгЖё-« »АЗabcXz1 ,.\u00ad\u0301", max_size=60)
"""Any text, and texts of characters that word splitting treats specially."""
