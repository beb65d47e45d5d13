"""Counts: what a load has counted of a list, and what follows from it for a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app.models import Tally
from app.prepared import Prepared
from app.queries import ListQuery
from app.references import AnyRow, AnySelect, Json
from app.text import fold

TOTAL_CAP = 10_000
MAX_COUNTS = 1_000
"""The most values that a facet counts."""


class Count(BaseModel):
    """How many of the records that match have one value."""

    value: str = Field(description="The value, as the filter takes it.", examples=["omsk"])
    label: str = Field(description="Its name, as one reads it.", examples=["Омск"])
    count: int = Field(description="How many have it.", examples=[9], ge=1)


def counts(rows: Iterable[AnyRow]) -> list[Json]:
    """Return the counts of one facet in their order, each with the key that it is counted by."""
    found = [
        {
            "key": str(row.key),
            "value": f"{row.kind}:{row.value}" if row.kind else _shown(row.value),
            "label": _shown(row.label),
            "count": row.records,
        }
        for row in rows
    ]
    # The databases break ties by their own alphabets.
    return sorted(found, key=lambda each: (-each["count"], fold(each["label"]), each["value"]))


def capped(rows: AnySelect) -> Prepared:
    """Return the statement for how many rows are ``found``, up to one more than is told."""
    upto = rows.limit(TOTAL_CAP + 1).subquery()
    return Prepared(select(func.count().label("found")).select_from(upto))


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def keys_of(bound: Any) -> list[str]:
    """Return the keys of tallies that the values bound for a filter are."""
    return [str(each) for each in (bound if isinstance(bound, list) else [bound])]


TALLIES = Prepared(
    select(col(Tally.facet), col(Tally.key), col(Tally.count).label("records")).where(
        col(Tally.list) == bindparam("list"),
        col(Tally.facet).in_(bindparam("facets", expanding=True)),
        col(Tally.key).in_(bindparam("keys", expanding=True)),
    )
)
_FEW = 500
"""So many records that are led to are soon found, whatever else is asked."""
FACETS = Prepared(
    select(col(Tally.facet), col(Tally.value), col(Tally.label), col(Tally.count).label("records"))
    .where(
        col(Tally.list) == bindparam("list"),
        col(Tally.facet).in_(bindparam("facets", expanding=True)),
        col(Tally.position) <= MAX_COUNTS,
    )
    .order_by(col(Tally.facet), col(Tally.position))
)


def _upto(bound: str) -> Any:
    """Return how many records have at most the number bound."""
    place = col(Tally.position)
    found = select(col(Tally.count)).where(
        col(Tally.list) == bindparam("list"),
        col(Tally.facet) == bindparam("facet"),
        place <= bindparam(bound),
    )
    return func.coalesce(found.order_by(place.desc()).limit(1).scalar_subquery(), 0)


IN_RANGE = Prepared(select((_upto("last") - _upto("before")).label("found")))


@dataclass(frozen=True)
class Way:
    """How the records of a page are found.

    It ``walks`` in the order of the list until the page is full, or all that match are put in
    order. Records are ``tried`` by some of the filters; the others lead to them.
    """

    walks: bool
    tried: frozenset[str]


@dataclass(frozen=True)
class Kept:
    """What a load has counted that bears on a question.

    Of some filters one value is asked for whose records an index has ``in_order``.
    """

    asked: frozenset[str]
    keys: dict[str, list[str]]
    counts: dict[Any, int]
    in_order: Sequence[str]

    @property
    def whole(self) -> int | None:
        """How many records the whole list has; None where nobody has counted."""
        return self.counts.get(("", ""))

    def _of(self, name: str) -> list[int]:
        keys = self.keys.get(name, [])
        return [self.counts[name, key] for key in keys if (name, key) in self.counts]

    def total(self, query: ListQuery) -> int | None:
        """Return how many match, where nothing or just one value is asked for that was counted."""
        if not self.asked:
            return self.whole
        if len(self.asked) == 1 and self.keys:
            (name,) = self.asked
            sent = getattr(query, name)
            counts = self._of(name)
            # Of several records that share an id, some may belong to the same match.
            if len(counts) == 1 and (not isinstance(sent, list) or len(sent) == 1):
                return counts[0]
        return None

    @property
    def tried(self) -> frozenset[str]:
        """Return the filters to try records by where the others lead to them, which is to fewer.

        Among several columns the databases choose for themselves: one index may have both.
        """
        counts = {name: sum(self._of(name)) for name in self.keys}
        least = min(counts.values(), default=0) if counts.keys() == self.asked else 0
        return frozenset(
            name
            for name, count in counts.items()
            if name not in self.in_order and count > max(least, _FEW)
        )

    def way(self, total: int, limit: int, sort: str) -> Way:
        """Return how best to find so many records of so many that match.

        Of n records, c of which match, about n / c times as many are tried as are found, in place
        of c being put in order. What the documents mention together stands together in their order,
        where one may have to try long.
        """
        base = min(self.in_order, key=lambda name: sum(self._of(name)), default=None)
        walk, few = Way(True, self.asked - {base}), Way(False, self.tried)
        if not walk.tried:
            return walk
        if self.whole is None:
            return few
        if total > TOTAL_CAP:
            return walk
        size = self.whole if base is None else max(total, sum(self._of(base)))
        together = sort == "text_order" and walk.tried & self.keys.keys()
        tries = size * min(1, limit / max(total, 1))
        return few if tries > total or (together and total < size / 20) else walk
