"""Filters: what a query parameter means in SQL, built once; a request only binds the values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.identity import entity_id
from app.models import Entity, Fact
from app.text import KEY_LENGTH, fold
from app.vocabulary import EventRole, Kind

MAX_VALUES = 50
"""The most values that one repeatable parameter takes."""


def _plain_integer(sent: object) -> object:
    # Pydantic would also take "1_0", "+1", "01" and " 1 ".
    digits = str(sent)
    if digits != "0" and (not digits.isascii() or not digits.isdigit() or digits[0] == "0"):
        raise ValueError("a whole number in plain digits")
    if len(digits) > 10:
        raise ValueError("a whole number of at most 10 digits")
    return int(digits)


SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, min_length=1, max_length=100)]
AnySlug = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z]+:)?[a-z0-9]+(-[a-z0-9]+)*$", min_length=1, max_length=120),
]
# Something must be left to compare once what makes no difference is folded away. Python takes some
# control characters for space that the JSON Schema's patterns don't.
_COMPARABLE = "^[^\\x00]*[^\\x00-\\x1f\\s«»„“”\"'’‘][^\\x00]*$"


def _comparable(text: str) -> str:
    if not fold(text):
        raise ValueError("a text with something besides space and quotation marks")
    return text


Text = Annotated[
    str,
    StringConstraints(pattern=_COMPARABLE, min_length=1, max_length=KEY_LENGTH),
    AfterValidator(_comparable),
]
PlainNumber = BeforeValidator(_plain_integer)

Slugs = Annotated[list[Slug], Field(max_length=MAX_VALUES)]
AnySlugs = Annotated[list[AnySlug], Field(max_length=MAX_VALUES)]
Texts = Annotated[list[Text], Field(max_length=MAX_VALUES)]

EventRoles = Annotated[list[EventRole], Field(max_length=MAX_VALUES)]

Bind = Callable[[Any], dict[str, Any]]
Condition = ColumnElement[bool]
Column = SQLColumnExpression[Any]


def by_trial(condition: Condition) -> Condition:
    """Return the same as something that rows are tried by, which no index leads to."""
    return condition.is_(true())


def _any(table: Any, *conditions: Condition) -> Condition:
    """Tell whether ``table`` has such a row, looked up for each record that is tried."""
    found: Select[Any] = select(literal_column("1")).select_from(table).where(*conditions)
    # Without an offset, PostgreSQL would gather all such rows of all records first.
    return found.correlate_except(table).offset(0).exists()


@dataclass(frozen=True)
class Facet:
    """How records are counted by what a filter takes.

    ``key`` is what the filter compares; ``joins`` leads to it from the list's own table, where it
    doesn't stand there itself. Shown is ``printed``, or the ``entity`` that the key refers to (with
    its kind, where several share ids), or the key itself.
    """

    key: Column
    joins: Sequence[tuple[Any, Condition]] = ()
    printed: Column | None = None
    entity: Any = None
    of_several_kinds: bool = False


Range = tuple[int, int]
"""The first and the last of some numbers."""
_NONE: Range = (0, -1)


@dataclass(frozen=True)
class Ranges:
    """The numbers in a column that a query asks for: one range, or two in their order."""

    column: Column
    of: Callable[[Any], Sequence[Range]]


@dataclass(frozen=True)
class Filter:
    """A condition, how to fill its parameters from the query model, and how to count by it.

    The condition leads to the records that match; ``trying`` is the same, put so that a database
    tries records that it has found otherwise. What stands in a column with an index for every order
    of the list is ``in_order``. Where a filter of another table's rows ``alone`` leads to them, it
    may do so by any of several conditions, each with a range of an index. Of a column that is
    asked for by ``ranges`` of numbers, a load keeps how many records have each or less. ``counted``
    has one row for each record that matches, in a list that leaves none out.
    """

    condition: Condition
    bind: Bind
    facet: Facet | None = None
    trying: Condition | None = None
    in_order: bool = False
    alone: Sequence[Condition] = ()
    ranges: Ranges | None = None
    counted: FromClause | None = None


@dataclass(frozen=True)
class Through:
    """Filters that must hold of one and the same row of another ``table``, joined by ``on``.

    ``owner`` is the column of that table which names the record ``key``. What the index of a filter
    that leads ``alone`` tells of the record itself is ``repeated``.
    """

    table: Any
    key: Column
    owner: Column
    parts: Mapping[str, Filter]
    always: Sequence[Condition] = ()
    repeated: Mapping[str, Condition] = field(default_factory=dict)

    @property
    def on(self) -> Condition:
        """What joins a record and such a row."""
        return and_(self.owner == self.key, *self.always)

    def condition(self, asked: frozenset[str], tried: frozenset[str]) -> Condition | None:
        """Return what must hold of a record for the parts asked for, None where none is."""
        if self.leads(asked, tried):
            return self.key.in_(self.owners(asked))
        if not self.parts.keys() & asked:
            return None
        # A facet may join the same table outside; it is never that one's row.
        parts = [part.condition for part in self._asked(asked)]
        return _any(self.table, self.on, *parts)

    def leads(self, asked: frozenset[str], tried: frozenset[str]) -> bool:
        """Tell whether such rows lead to the records, and these aren't tried by them."""
        return not self.parts.keys() & asked <= tried

    def owners(self, asked: frozenset[str]) -> Select[Any] | CompoundSelect[Any]:
        """Return the statement for the records that such rows lead to."""
        repeated = [self.repeated[name] for name in self.told(asked)]
        found = select(self.owner).where(*self.always, *repeated)
        if alone := self._alone(asked):
            return union_all(*(found.where(each) for each in alone))
        return found.where(*(part.condition for part in self._asked(asked)))

    def told(self, asked: frozenset[str]) -> list[str]:
        """Return the filters of a record that the rows tell of which lead to it."""
        return [name for name in self.repeated if name in asked and self._alone(asked)]

    def _alone(self, asked: frozenset[str]) -> Sequence[Condition]:
        parts = self._asked(asked)
        return parts[0].alone if len(parts) == 1 else ()

    def _asked(self, asked: frozenset[str]) -> list[Filter]:
        return [part for name, part in self.parts.items() if name in asked]

    def facets(self) -> dict[str, Facet]:
        """Return how records are counted by its parts."""
        return {
            name: replace(part.facet, joins=[(self.table, self.on), *part.facet.joins])
            for name, part in self.parts.items()
            if part.facet
        }


def _values(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


def is_one_of(name: str, column: Column) -> Filter:
    """Any of the values of ``name``, as they are."""
    return Filter(
        column.in_(_values(name)),
        lambda query: {name: getattr(query, name)},
        Facet(column),
        in_order=True,
    )


def equals(name: str, column: Column) -> Filter:
    """Equal to the one value of ``name``."""
    return Filter(
        column == bindparam(name),
        lambda query: {name: getattr(query, name)},
        Facet(column),
        in_order=True,
    )


def in_ranges(
    name: str, column: Column, of: Callable[[Any], Sequence[Range]], by: Literal["first", "last"]
) -> Filter:
    """Any of the numbers of one range, or of two in their order, as a query with ``name`` says.

    ``by`` is the end of the ranges that leads to records; by the other, nearly all would be led to.
    """

    def bind(query: BaseModel) -> dict[str, Any]:
        ranges = of(query)
        (first, end), (begin, last) = ranges[0], ranges[-1]
        gap = (end + 1, begin - 1) if len(ranges) > 1 else _NONE
        return {
            f"{name}_first": first,
            f"{name}_last": last,
            f"{name}_gap_first": gap[0],
            f"{name}_gap_last": gap[1],
        }

    above, below = column >= bindparam(f"{name}_first"), column <= bindparam(f"{name}_last")
    ends = (above & by_trial(below)) if by == "first" else (by_trial(above) & below)
    # One range less another: were it either of two, SQLite would remember every row.
    gap = column.between(bindparam(f"{name}_gap_first"), bindparam(f"{name}_gap_last"))
    return Filter(ends & not_(gap), bind, ranges=Ranges(column, of))


def reads_as(name: str, key_column: Column, printed: Column | None = None) -> Filter:
    """Any of the texts of ``name``, compared as a Russian reader would, with a folded column.

    Where the column that has them as ``printed`` is given, records are counted by it.
    """
    facet = None
    if printed is not None:
        # What is too long to compare by is no value that the filter takes.
        has_key = (key_column != "") & (func.length(printed) <= KEY_LENGTH)
        facet = Facet(case((has_key, key_column)), printed=printed)
    return Filter(
        # An index may be of those alone that have a key.
        (key_column != literal_column("''")) & key_column.in_(_values(name)),
        lambda query: {name: [fold(text) for text in getattr(query, name)]},
        facet,
        in_order=True,
    )


def refers_to(name: str, column: Column, kinds: Iterable[Kind]) -> Filter:
    """Any of the entities that the ids of ``name`` can mean among ``kinds``."""
    kinds = tuple(kinds)

    def bind(query: BaseModel) -> dict[str, Any]:
        return {name: [key for slug in getattr(query, name) for key in _keys(slug, kinds)]}

    facet = Facet(column, entity=aliased(Entity), of_several_kinds=len(kinds) > 1)
    return Filter(column.in_(_values(name)), bind, facet, in_order=True)


def has_value(name: str, key: Column, predicate: str) -> Filter:
    """Any of the texts of ``name`` as the value of such a fact about the record ``key``."""
    facts = select(col(Fact.subject_id)).where(col(Fact.predicate) == predicate)
    value = reads_as(name, col(Fact.value_key))
    fact = aliased(Fact)
    counted = reads_as(name, col(fact.value_key), col(fact.value))
    assert counted.facet is not None  # noqa: S101 (for the type checker: it has a printed column)
    on = (col(fact.subject_id) == key) & (col(fact.predicate) == predicate)
    tried = aliased(Fact)
    same = reads_as(name, col(tried.value_key)).condition
    mine = (col(tried.subject_id) == key) & (col(tried.predicate) == predicate)
    return Filter(
        key.in_(facts.where(value.condition)),
        value.bind,
        replace(counted.facet, joins=[(fact, on)]),
        trying=_any(tried, mine, same),
    )


def tied(
    name: str,
    key: Column,
    side: Literal["subject", "object"],
    predicates: Sequence[str],
    kinds: Iterable[Kind],
    role: str | None = None,
) -> Through:
    """Facts of ``predicates`` with the record ``key`` on one side and any of ``name`` on the other.

    ``role`` is the parameter that chooses among the predicates.
    """
    fact = aliased(Fact)
    here: Column
    there: Column
    here, there = col(fact.subject_id), col(fact.object_id)
    if side == "object":
        here, there = there, here
    parts = {name: refers_to(name, there, kinds)}
    if role:
        parts[role] = is_one_of(role, col(fact.predicate))
    return Through(fact, key, here, parts, [col(fact.predicate).in_(predicates)])


def _keys(slug: str, kinds: tuple[Kind, ...]) -> list[int]:
    kind, colon, rest = slug.rpartition(":")
    if colon:
        return [entity_id(kind, rest)] if kind in kinds else [0]
    return [entity_id(kind, slug) for kind in kinds]


def conditions(
    filters: Mapping[str, Filter],
    through: Iterable[Through],
    asked: frozenset[str],
    tried: frozenset[str] = frozenset(),
) -> list[Condition]:
    """Return what must hold of a row for the parameters asked for.

    Rows are ``tried`` by some; the others lead to them.
    """
    through = list(through)
    told = {name for join in through if join.leads(asked, tried) for name in join.told(asked)}
    wanted = []
    for name, each in filters.items():
        if name not in asked or name in told:
            continue
        if name in tried:
            wanted.append(by_trial(each.condition) if each.trying is None else each.trying)
        else:
            wanted.append(each.condition)
    joined = [join.condition(asked, tried) for join in through]
    return [*wanted, *(each for each in joined if each is not None)]


def bindings(
    filters: Mapping[str, Filter],
    through: Iterable[Through],
    asked: frozenset[str],
    query: BaseModel,
) -> dict[str, Any]:
    """Return the values of all the parameters that ``conditions`` mentions."""
    every = [filters, *(join.parts for join in through)]
    bound: dict[str, Any] = {}
    for group in every:
        for name, each in group.items():
            if name in asked:
                bound |= each.bind(query)
    return bound
