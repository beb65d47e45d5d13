"""Related filters: conditions on one and the same row of another table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.hints import exists
from app.db.types import Column, Condition
from app.domain.vocabulary import Kind
from app.listing.filters import Access, Facet, Filter, equals_text, is_one_of, references
from app.models import Fact
from app.models.fact import Side


@dataclass(frozen=True)
class RelatedFilter:
    """Filters on the rows of ``table`` whose column ``owner`` references the record ``key``.

    ``base_conditions`` restrict the rows in every query; of ``required`` rows every record has one.
    ``denormalized`` are conditions on the
    record that can be checked on the related row, because the column is copied into the index of a
    filter with ``alternatives``.
    """

    table: Any
    key: Column
    owner: Column
    filters: Mapping[str, Filter]
    base_conditions: Sequence[Condition] = ()
    denormalized: Mapping[str, Condition] = field(default_factory=dict)
    required: bool = False

    @property
    def on(self) -> Condition:
        """The join condition of a record and its related rows."""
        return and_(self.owner == self.key, *self.base_conditions)

    def condition(self, active: frozenset[str], residual: frozenset[str]) -> Condition | None:
        """Return the condition on a record for the active filters, None without any."""
        if self.drives(active, residual):
            return self.key.in_(self.driving_keys(active))
        if not self.filters.keys() & active:
            return None
        # A facet may join the same table in the outer query; EXISTS ranges over rows of its own.
        return exists(self.table, self.on, *(_of_a_row(each) for each in self._active(active)))

    def tested(self, name: str) -> Condition:
        """Return the condition that a record has a row for which one filter alone holds."""
        return exists(self.table, self.on, _of_a_row(self.filters[name]))

    def drives(self, active: frozenset[str], residual: frozenset[str]) -> bool:
        """Return whether related rows drive the query, by a filter that isn't residual."""
        return not self.filters.keys() & active <= residual

    def driving_keys(self, active: frozenset[str]) -> Select[Any] | CompoundSelect[Any]:
        """Return the statement for the keys of the records of matching rows."""
        denormalized = [self.denormalized[name] for name in self.covered(active)]
        rows = select(self.owner).where(*self.base_conditions, *denormalized)
        if alternatives := self._alternatives(active):
            return union_all(*(rows.where(each) for each in alternatives))
        return rows.where(*(each.condition for each in self._active(active)))

    def covered(self, active: frozenset[str]) -> list[str]:
        """Return the active filters of the record that the driving rows check."""
        return [name for name in self.denormalized if name in active and self._alternatives(active)]

    def _alternatives(self, active: frozenset[str]) -> Sequence[Condition]:
        filters = self._active(active)
        return filters[0].access.alternatives if len(filters) == 1 else ()

    def _active(self, active: frozenset[str]) -> list[Filter]:
        return [each for name, each in self.filters.items() if name in active]

    @property
    def facets(self) -> dict[str, Facet]:
        """The facets of its filters, joined to the record."""
        owners = select(self.owner).where(*self.base_conditions)
        present = None if self.required else self.key.in_(owners)
        joins = [(self.table, self.on)]
        return {
            name: replace(each.facet, joins=joins, present=present)
            for name, each in self.filters.items()
            if each.facet
        }


def _of_a_row(each: Filter) -> Condition:
    """Return the condition of a filter for related rows that their owner leads to."""
    return each.condition if each.access.residual is None else each.access.residual


@dataclass(frozen=True)
class RelatedFacts:
    """Facts of some predicates with the record on one ``side`` and entities of ``kinds`` opposite.

    ``role`` is the parameter that chooses among the predicates.
    """

    side: Side
    predicates: Sequence[str]
    kinds: Sequence[Kind]
    role: str | None = None


def related_to(name: str, key: Column, facts: RelatedFacts) -> RelatedFilter:
    """Return the filter for records related to any of the entities of ``name``."""
    fact = aliased(Fact)
    owner: Column
    opposite: Column
    owner, opposite = col(fact.subject_id), col(fact.object_id)
    if facts.side == "object":
        owner, opposite = opposite, owner
    filters = {name: references(name, opposite, facts.kinds)}
    if facts.role:
        filters[facts.role] = is_one_of(facts.role, col(fact.predicate))
    return RelatedFilter(fact, key, owner, filters, [col(fact.predicate).in_(facts.predicates)])


def has_fact_value(name: str, key: Column, predicate: str) -> Filter:
    """Return the filter for records ``key`` that have a fact with any of the texts of ``name``."""
    facts = select(col(Fact.subject_id)).where(col(Fact.predicate) == predicate)
    value = equals_text(name, col(Fact.value_key))
    counted, tested = aliased(Fact), aliased(Fact)
    facet = equals_text(name, col(counted.value_key), col(counted.value)).facet
    assert facet is not None  # noqa: S101 (for the type checker: it has a printed column)
    own = (col(counted.subject_id) == key) & (col(counted.predicate) == predicate)
    return Filter(
        key.in_(facts.where(value.condition)),
        value.bind,
        replace(facet, joins=[(counted, own)], present=key.in_(facts)),
        Access(
            residual=exists(
                tested,
                (col(tested.subject_id) == key) & (col(tested.predicate) == predicate),
                equals_text(name, col(tested.value_key)).condition,
            )
        ),
    )
