"""Stored counts: every value of a facet, and the units of which ranges are sums."""

from collections import Counter
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from app.db.database import Database
from app.domain.text import KEY_LENGTH
from app.listing.stored_counts import range_units, stored_counts, stored_range_count
from app.models import Event, StoredCount
from app.schemas.pages import MAX_FACET_VALUES
from seed.load.pipeline import load
from tests.app.listing.test_facets import text_and_facts
from tests.seed.test_seed import write

NUMBERS = st.integers(0, 9999_12_31)


@given(first=NUMBERS, last=NUMBERS, number=NUMBERS)
def test_units_hold_each_number_of_a_range_once_and_no_other(
    first: int, last: int, number: int
) -> None:
    for each in (number, first, last, first - 1, last + 1):
        holding = [
            unit
            for unit in range_units(first, last)
            if unit.first <= each // unit.unit <= unit.last
        ]
        assert len(holding) == (first <= each <= last)


@given(first=NUMBERS, last=NUMBERS)
def test_a_range_has_few_runs_of_units(first: int, last: int) -> None:
    found = range_units(first, last)
    assert len(found) <= 5
    assert sum(each.last - each.first + 1 for each in found if each.unit == 100) < 200
    assert sum(each.last - each.first + 1 for each in found if each.unit == 1) < 200


def test_units_are_years_then_months_then_days() -> None:
    assert range_units(2013_10_14, 2016_02_29) == [
        (10_000, 2014, 2015),
        (100, 2013_11, 2013_99),
        (100, 2016_00, 2016_01),
        (1, 2013_10_14, 2013_10_99),
        (1, 2016_02_00, 2016_02_29),
    ]
    assert range_units(2013_10_14, 2013_10_14) == [(1, 2013_10_14, 2013_10_14)]
    assert range_units(2013_10_14, 2013_10_13) == []


def test_a_range_count_is_the_number_of_rows_in_it(database: Database) -> None:
    with database.read() as connection:
        numbers = connection.execute(select(col(Event.date_key))).scalars().all()
        bounds = sorted({0, 1_01_01, *numbers, *(each + 1 for each in numbers), 9999_12_31})
        assert len(bounds) > 5
        for first in bounds:
            for last in bounds:
                found = stored_range_count(connection, "/v1/events", "date_to", first, last)
                assert found == sum(first <= each <= last for each in numbers)


def test_every_value_is_stored_beyond_those_shown(tmp_path: Path, fresh_url: str) -> None:
    text, facts = text_and_facts()
    documents = write(
        tmp_path / "documents", text=text, document="title: Много\nlanguage: ru\n", facts=facts
    )
    load(documents, fresh_url)
    forms = [f"ф{number:04}" for number in range(MAX_FACET_VALUES + 1)]
    with closing(Database(fresh_url)) as database, database.read() as connection:
        found = stored_counts(connection, "/v1/companies", {"": [""], "legal_form": forms})
        rows = connection.execute(select(col(StoredCount.label), col(StoredCount.label_key))).all()
    expected = {("legal_form", form): 1 for form in forms}
    expected["legal_form", forms[-1]] = 2
    assert found == expected | {("", ""): len(forms) + 1}
    assert max(len(label_key) for _, label_key in rows) <= KEY_LENGTH
    assert Counter(label_key for label, label_key in rows if label == "Ф0001") == {"ф0001": 1}
