"""A count is what filtering by its value gives, also beside every other filter."""

import pytest

from tests.app.listing.test_facets import FACETS, Get, check, counts

# The pairs of facets of one list.
PAIRS = [(path, name, other) for path, name in FACETS for at, other in FACETS if at == path]


@pytest.mark.parametrize(("path", "name", "other"), PAIRS)
def test_a_count_is_what_filtering_gives_beside_another_filter(
    get: Get, path: str, name: str, other: str
) -> None:
    values = counts(get, path, other)
    for chosen in values[:1] + values[1:][-1:]:
        if name != other:
            check(get, path, name, **{other: chosen["value"]})
            continue
        # Filtered by itself, a facet still counts all values of what is left.
        found = {
            each["value"]: each["count"]
            for each in counts(get, path, name, **{name: chosen["value"]})
        }
        assert found[chosen["value"]] == chosen["count"] == max(found.values())
