"""The planner: the plan of a page follows from stored counts, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.listing.planner import ListStatistics, PagePlan, choose_plan, residual_filters
from app.listing.selection import Selection
from app.schemas.pages import TOTAL_CAP

SIZE = 9_000


@dataclass(frozen=True)
class Case:
    """Statistics, a total and a selection, with the plan that they lead to."""

    scan: bool
    residual: str
    matches: Mapping[str, int] = field(default_factory=dict)
    index_sorted: str = ""
    active: str | None = None
    total: int = 0
    row_count: int | None = SIZE
    sort: str = "name"
    limit: int = 50
    negations: str = ""


CASES = {
    "no filter scans the whole index": Case(scan=True, residual="", total=SIZE),
    "negations alone test the rows of a scan": Case(
        scan=True, residual="", negations="not_city lacks=brand", total=2
    ),
    "a negation tests the rows of an index range": Case(
        scan=True, residual="", matches={"city": 4_000}, index_sorted="city", negations="not_role"
    ),
    "a negation leaves the driving filter as it is": Case(
        scan=False, residual="", matches={"event": 3_000}, negations="not_city", total=20
    ),
    "an empty list is scanned": Case(scan=True, residual="", total=0, row_count=0),
    "one sorted filter is an index range": Case(
        scan=True, residual="", matches={"city": 7}, index_sorted="city", total=7
    ),
    "the rarer of two sorted filters is the index range": Case(
        scan=True,
        residual="city",
        matches={"city": 4_000, "legal_form": 3_000},
        index_sorted="city legal_form",
        total=2_900,
    ),
    "of two equal sorted filters the first by name is the index range": Case(
        scan=True,
        residual="legal_form",
        matches={"city": 3_000, "legal_form": 3_000},
        index_sorted="city legal_form",
        total=2_900,
    ),
    "a sorted filter without stored counts is taken for the rarest": Case(
        scan=True,
        residual="predicate",
        matches={"predicate": 4_000},
        index_sorted="predicate value",
        active="predicate value",
        total=10,
    ),
    "a filter without matches is sorted": Case(
        scan=False, residual="", matches={"role": 0}, total=0
    ),
    "few matches are sorted": Case(scan=False, residual="", matches={"role": 20}, total=20),
    "many matches are scanned for": Case(
        scan=True, residual="role", matches={"role": 5_000}, total=5_000
    ),
    "a scan that tests as many rows as match is taken": Case(
        scan=True, residual="q", active="q", total=600, row_count=7_200
    ),
    "a scan that tests one row more is not": Case(
        scan=False, residual="", active="q", total=600, row_count=7_201
    ),
    "a smaller page is scanned for earlier": Case(
        scan=True, residual="q", active="q", total=100, limit=1
    ),
    "an unselective filter tests the rows of a selective one": Case(
        scan=False, residual="role", matches={"role": 6_000, "event": 30}, total=20
    ),
    "a filter of 500 records is selective enough": Case(
        scan=False, residual="", matches={"role": 500, "event": 30}, total=20
    ),
    "beside an uncounted filter every unselective one is residual": Case(
        scan=False, residual="role", matches={"role": 501}, active="role q", total=20
    ),
    "without counts of the list matches are sorted": Case(
        scan=False, residual="", active="q", total=SIZE, row_count=None
    ),
    "without counts an index range is still scanned": Case(
        scan=True, residual="", index_sorted="city", active="city", total=9, row_count=None
    ),
    "a large index range with few matches is sorted, its filter never residual": Case(
        scan=False,
        residual="role",
        matches={"city": 4_000, "role": 6_000, "event": 30},
        index_sorted="city",
        total=20,
    ),
    "of several filters all unselective ones are residual": Case(
        scan=False,
        residual="product role",
        matches={"event": 30, "product": 2_000, "role": 6_000},
        total=20,
    ),
    "at the cap the number of tested rows decides": Case(
        scan=False, residual="", active="q", total=TOTAL_CAP, row_count=10**9
    ),
    "beyond the cap the index is scanned": Case(
        scan=True, residual="q", active="q", total=TOTAL_CAP + 1, row_count=10**9
    ),
    "clustered matches are sorted in reading order": Case(
        scan=False,
        residual="",
        matches={"role": 999},
        total=999,
        row_count=20_000,
        sort="text_order",
        limit=10,
    ),
    "a twentieth of the list isn't clustered": Case(
        scan=True,
        residual="role",
        matches={"role": 1_000},
        total=1_000,
        row_count=20_000,
        sort="text_order",
        limit=10,
    ),
    "by name nothing is clustered": Case(
        scan=True, residual="role", matches={"role": 999}, total=999, row_count=20_000, limit=10
    ),
    "matches of an uncounted filter aren't clustered": Case(
        scan=True,
        residual="q",
        active="q",
        total=999,
        row_count=20_000,
        sort="text_order",
        limit=10,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_plan_of_a_page(case: Case) -> None:
    active = frozenset(case.matches if case.active is None else case.active.split())
    statistics = ListStatistics(
        row_count=case.row_count,
        matches=case.matches,
        index_sorted=frozenset(case.index_sorted.split()),
    )
    negations = frozenset(case.negations.split())
    selection = Selection(
        active | negations, active, sort=case.sort, limit=case.limit, negations=negations
    )
    plan = choose_plan(statistics, case.total, selection)
    assert plan == PagePlan(case.scan, frozenset(case.residual.split()))


NAMES = ["a", "b", "c", "d"]


@given(st.data())
def test_a_plan_uses_every_active_filter_once(data: st.DataObject) -> None:
    active = data.draw(st.frozensets(st.sampled_from(NAMES)))
    some = st.frozensets(st.sampled_from(sorted(active))) if active else st.just(frozenset[str]())
    counted = data.draw(some)
    counts = st.integers(0, 2 * TOTAL_CAP)
    statistics = ListStatistics(
        row_count=data.draw(st.none() | counts),
        matches={name: data.draw(counts) for name in sorted(counted)},
        index_sorted=data.draw(some),
    )
    sort, limit = data.draw(st.sampled_from(["name", "text_order"])), data.draw(st.integers(1, 201))
    negations = data.draw(st.frozensets(st.sampled_from(["not_a", "lacks=b"])))
    selection = Selection(active | negations, active, sort=sort, limit=limit, negations=negations)
    plan = choose_plan(statistics, data.draw(counts), selection)
    driving = active - plan.residual
    assert plan.residual <= active
    if plan.in_index_order:
        # An index has one sorted range at most.
        assert len(driving) <= 1
        assert driving <= statistics.index_sorted
    else:
        assert plan.residual == residual_filters(statistics, active)
        assert driving
