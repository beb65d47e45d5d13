"""The spool: records are read back complete, by partition and in order."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seed.spool import (
    PARTS,
    Index,
    drop,
    ids_of,
    part_of,
    put,
    put_in_order,
    take,
    take_in_order,
)

IDS = st.integers(0, 2**63 - 1)
TEXT = st.text(max_size=9)
DATA = st.lists(st.tuples(TEXT, st.none() | IDS, st.lists(TEXT, max_size=3)), max_size=5)


def taken(folder: Path, index: Index[int], parts: Iterable[int]) -> list[Any]:
    return [each for data in take(folder, index.of(parts)) for each in data]


@given(batches=st.lists(st.dictionaries(st.integers(0, 5), DATA)))
def test_spooled_records_are_read_in_order(
    tmp_path_factory: Any, batches: list[dict[int, list[Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    index: Index[int] = Index()
    for batch in batches:
        index.add(put(folder, batch))
    every = [each for batch in batches for data in batch.values() for each in data]
    assert index.count == len(every)
    for part in range(6):
        expected = [each for batch in batches for each in batch.get(part, ())]
        assert taken(folder, index, [part]) == expected
    assert sorted(index.parts()) == sorted({part for batch in batches for part in batch})


@given(counts=st.lists(st.integers(0, 9), max_size=20), size=st.integers(1, 12))
def test_partitions_are_batched_up_to_the_size(
    tmp_path_factory: Any, counts: list[int], size: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    index: Index[int] = Index()
    index.add(put(folder, {part: [()] * count for part, count in enumerate(counts)}))
    chunks = list(index.together(range(len(counts)), size))
    assert [part for chunk in chunks for part in chunk] == list(range(len(counts)))
    for chunk in chunks[:-1]:
        assert sum(counts[part] for part in chunk) >= size
        assert sum(counts[part] for part in chunk[:-1]) < size


@given(first=IDS, second=IDS)
def test_partitions_are_ranges_of_ids(first: int, second: int) -> None:
    first, second = sorted((first, second))
    parts = part_of(first), part_of(second)
    assert set(parts) <= set(PARTS)
    assert parts[0] <= parts[1]
    start, end = ids_of(parts)
    assert start <= first <= second <= end
    assert (part_of(start), part_of(end)) == parts


@given(batches=st.lists(st.dictionaries(st.sampled_from(PARTS), DATA)), size=st.integers(1, 20))
def test_partitions_read_in_order_are_removed(
    tmp_path_factory: Any, batches: list[dict[int, list[Any]]], size: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    index: Index[int] = Index()
    for batch in batches:
        index.add(put_in_order(folder, batch))
    seen: list[int] = []
    remaining = []
    for parts, pieces in take_in_order(folder, index, size):
        expected = [each for part in parts for batch in batches for each in batch.get(part, ())]
        assert [each for piece in pieces for each in piece] == expected
        seen += parts
        remaining.append(len(list(folder.glob("*/*"))))
    assert seen == sorted({part for batch in batches for part in batch})
    assert remaining == sorted(remaining, reverse=True)
    assert not list(folder.glob("*/*"))


def test_removing_a_spool_is_idempotent(tmp_path: Path) -> None:
    put(tmp_path / "some", {1: ["a"]})
    put(tmp_path / "others", {1: ["b"]})
    for _ in range(2):
        drop(tmp_path / "some")
        assert [path.name for path in tmp_path.iterdir()] == ["others"]
