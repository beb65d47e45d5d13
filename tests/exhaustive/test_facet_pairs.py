"""Facets: each count equals the filtered total, beside every other filter of the list."""

import pytest

from tests.app.listing.test_facets import FACETS, Get, check, counts

PAIRS = [(path, name, other) for path, name in FACETS for at, other in FACETS if at == path]


@pytest.mark.parametrize(("path", "name", "other"), PAIRS)
def test_a_count_equals_the_filtered_total_beside_another_filter(
    get: Get, path: str, name: str, other: str
) -> None:
    values = counts(get, path, other)
    for chosen in values[:1] + values[1:][-1:]:
        if name != other:
            check(get, path, name, **{other: chosen["value"]})
            if other != "official":
                check(get, path, name, **{f"not_{other}": chosen["value"]})
            continue
        # A facet filtered by itself still counts the other values of the matching records.
        found = {
            each["value"]: each["count"]
            for each in counts(get, path, name, **{name: chosen["value"]})
        }
        assert found[chosen["value"]] == chosen["count"] == max(found.values())
