"""Ids: a key is a stable function of its parts."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import entity_id, fact_key, public_fact_id, stable_id


def test_keys_are_those_of_earlier_releases() -> None:
    # Links and cursors that clients have stored contain these keys.
    assert entity_id("place", "omsk") == 5923323275378301354
    assert public_fact_id(stable_id("a", "b")) == "0b13af787ae875ce"


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_keys_are_equal_only_for_equal_parts(one: list[str], other: list[str]) -> None:
    assert (stable_id(*one) == stable_id(*other)) == (one == other)


@given(st.integers(0, (1 << 63) - 1))
def test_a_public_id_decodes_to_its_key(key: int) -> None:
    assert fact_key(public_fact_id(key)) == key


@given(st.text())
def test_an_invalid_public_id_has_no_key(text: str) -> None:
    key = fact_key(text)
    assert key is None or public_fact_id(key) == text
