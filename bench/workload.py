"""Questions of the same weight to a small and a large database, drawn from the data of both.

The answers of a pair are of one size: values that have the same number of records, pages with the
same number of items. So what differs is how much else there is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, Select, func, inspect, literal, select, union_all
from sqlmodel import col

from app import cursors
from app.api import companies
from app.database import make_engine, read_only
from app.identity import public_fact_id
from app.listing import EntityListing, Listing
from app.lists import LISTS
from app.models import Entity, Event, Evidence, Fact, Person
from app.queries import ListQuery
from bench.databases import url_of

TOGETHER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/v1/companies", ("city", "legal_form")),
    ("/v1/companies", ("event", "role")),
    ("/v1/events", ("month", "day")),
    ("/v1/events", ("month", "day", "venue")),
    ("/v1/facts", ("subject", "predicate")),
    ("/v1/facts", ("overlaps", "predicate")),
)
"""Filters that are asked together, those that the README shows among them."""
DRAWN = 24
"""How many values are drawn for one question, to ask in turn."""
ENUMERATED = 32
"""A filter with at most so many values has the same ones whatever the size."""
PAGE = 50

Value = tuple[str, ...]
Counts = dict[Value, int]


@dataclass(frozen=True)
class Question:
    """One question in several wordings, for each size of database."""

    group: str
    name: str
    paths: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Draw:
    """Values for one question, by size, and of how many items the answer to each may be."""

    values: Sequence[Sequence[Value]]
    limits: Sequence[int]


def _kept(listing: Listing) -> list[Any]:
    return [col(Person.is_official)] if listing.path == "/v1/officials" else []


def _counts(connection: Connection, listing: Listing, names: Sequence[str]) -> Counts:
    """Return how many records have which values of some filters, by what facets count."""
    facets = [listing.facets[name] for name in names]
    key: Any = listing.key
    source = inspect(key.class_).local_table
    joined: list[Any] = []
    for table, on in (join for facet in facets for join in facet.joins):
        if all(table is not each for each in joined):
            joined.append(table)
            source = source.join(table, on)
    values: list[Any] = []
    kinds: list[Any] = []
    for facet in facets:
        value: Any = facet.key
        kind: Any = literal(None)
        if facet.printed is not None:
            value = func.min(facet.printed)
        if facet.entity is not None:
            source = source.join(facet.entity, col(facet.entity.id) == facet.key)
            value = func.min(col(facet.entity.slug))
            kind = func.min(col(facet.entity.kind)) if facet.of_several_kinds else kind
        values.append(value)
        kinds.append(kind)
    statement: Select[Any] = (
        select(*values, *kinds, func.count(key.distinct()))
        .select_from(source)
        .where(*_kept(listing), *(facet.key.is_not(None) for facet in facets))
        .group_by(*(facet.key for facet in facets))
    )
    counts: Counts = {}
    for *row, count in connection.execute(statement):
        found, kinds_found = row[: len(names)], row[len(names) :]
        sent = [str(value).lower() if isinstance(value, bool) else str(value) for value in found]
        shown = tuple(
            text if kind is None else f"{kind}:{text}"
            for text, kind in zip(sent, kinds_found, strict=True)
        )
        counts[shown] = count
    return counts


def alike(sizes: Sequence[Counts], random: Random) -> Draw:
    """Draw values that have about as many records in every size.

    What has few values has the same ones everywhere, however many records they have: those.
    """
    small, *others = sizes
    if not all(sizes):
        return Draw([[] for _ in sizes], [])
    common = sorted(set(small).intersection(*others))
    if (
        common
        and len(common) == len(small) <= ENUMERATED
        and all(len(other) <= ENUMERATED for other in others)
    ):
        chosen = [common for _ in sizes]
    else:
        first = random.sample(sorted(small), min(DRAWN, len(small)))
        chosen = [
            first,
            *(_nearest(other, [small[value] for value in first], random) for other in others),
        ]
    limits = [
        min(PAGE, *(counts[value] for counts, value in zip(sizes, values, strict=True)))
        for values in zip(*chosen, strict=True)
    ]
    return Draw(chosen, limits)


def _nearest(counts: Counts, wanted: Iterable[int], random: Random) -> list[Value]:
    by_count: dict[int, list[Value]] = defaultdict(list)
    for value in sorted(counts):
        by_count[counts[value]].append(value)
    return [
        random.choice(by_count[min(by_count, key=lambda count: (abs(count - each), count))])
        for each in wanted
    ]


def paths(path: str, names: Sequence[str], draw: Draw) -> list[list[str]]:
    """Return the paths that ask for the drawn values, by size."""
    return [
        [
            f"{path}?{urlencode([*zip(names, value, strict=True), ('limit', limit)])}"
            for value, limit in zip(values, draw.limits, strict=True)
        ]
        for values in draw.values
    ]


def _every(connection: Connection, statement: Any) -> list[Any]:
    return list(connection.execute(statement).all())


def _record_ids(connection: Connection, listing: Listing, number: int) -> list[str]:
    """Return the ids of some records; keys are hashes, so the first are as good as any."""
    if not isinstance(listing, EntityListing):
        keys = connection.execute(select(col(Fact.id)).order_by(col(Fact.id)).limit(number))
        return [public_fact_id(key) for key in keys.scalars()]
    statement = (
        select(col(Entity.slug))
        .join(inspect(listing.key.class_).local_table, listing.key == col(Entity.id))  # type: ignore[attr-defined]
        .where(*_kept(listing))
        .order_by(listing.key)
        .limit(number)
    )
    return [str(slug) for slug in connection.execute(statement).scalars()]


def _others(connection: Connection, name: str) -> list[Any] | None:
    """Return values of a filter of which no facet counts, None where it has one."""
    if name in {"date_from", "date_to"}:
        dated = select(col(Event.year), col(Event.month), col(Event.day)).where(
            col(Event.year).is_not(None), col(Event.day).is_not(None)
        )
        days = _every(connection, dated.order_by(col(Event.id)).limit(DRAWN))
        return [(f"{year:04}-{month:02}-{day:02}",) for year, month, day in days]
    if name == "overlaps":
        spans = select(col(Evidence.start), col(Evidence.end), col(Fact.predicate)).join(
            Fact, col(Fact.id) == col(Evidence.fact_id)
        )
        found = _every(connection, spans.order_by(col(Evidence.fact_id)).limit(DRAWN))
        return [(f"{start},{end}", predicate) for start, end, predicate in found]
    return None


def _fact_values(connection: Connection) -> Counts:
    statement = (
        select(func.min(col(Fact.value)), func.count())
        .where(col(Fact.value_key) != "")
        .group_by(col(Fact.value_key))
    )
    return {(value,): count for value, count in _every(connection, statement) if len(value) < 200}


def _weights(connection: Connection, listing: EntityListing) -> Counts:
    """Return how many facts each record's detail has."""
    sides = union_all(
        *(
            select(column.label("id"), func.count().label("number")).group_by(column)
            for column in (col(Fact.subject_id), col(Fact.object_id))
        )
    ).subquery()
    statement = (
        select(col(Entity.slug), func.sum(sides.c.number))
        .join(sides, sides.c.id == col(Entity.id))
        .join(inspect(listing.key.class_).local_table, listing.key == col(Entity.id))  # type: ignore[attr-defined]
        .where(*_kept(listing))
        .group_by(col(Entity.slug))
    )
    return {(slug,): int(number) for slug, number in _every(connection, statement)}


def _size(connection: Connection, listing: Listing) -> int:
    key: Any = listing.key
    counted = select(func.count()).select_from(key.class_).where(*_kept(listing))
    number: int = connection.execute(counted).scalar_one()
    return number


def _deep(
    connection: Connection, listing: Listing, query: type[ListQuery], limit: int
) -> list[str]:
    """Return the paths of pages that begin when 90 % of the list is behind, and aren't empty."""
    size = _size(connection, listing)
    if size < 2:
        return []
    asked = query.model_validate({"limit": str(limit)})
    sealed = cursors.seal(listing.path, asked)
    sort = listing.sorts[asked.sort]
    places = _every(
        connection,
        select(sort, listing.key)
        .where(*_kept(listing))
        .order_by(sort, listing.key)
        .offset(min(int(size * 0.9), size - 2))
        .limit(max(1, min(DRAWN, size // 20))),
    )
    return [
        cursors.url(listing.path, asked, cursors.write(sealed, list(place))) for place in places
    ]


def _filters(
    connections: Sequence[Connection], listing: Listing, names: Sequence[str], random: Random
) -> list[list[str]]:
    """Return the paths that ask for some filters together."""
    listed = [_others(connection, names[0]) for connection in connections]
    if all(each is not None for each in listed):
        return [
            [
                f"{listing.path}?{urlencode([*zip(names, value, strict=False), ('limit', 1)])}"
                for value in values or []
            ]
            for values in listed
        ]
    if names == ["id"]:
        drawn = [
            [(slug,) for slug in _record_ids(connection, listing, DRAWN)]
            for connection in connections
        ]
        fewest = min(map(len, drawn))
        return paths(listing.path, names, Draw([each[:fewest] for each in drawn], [1] * fewest))
    if names == ["value"]:
        counts = [_fact_values(connection) for connection in connections]
    else:
        counts = [_counts(connection, listing, names) for connection in connections]
    return paths(listing.path, names, alike(counts, random))


def draw(databases: Sequence[Path]) -> list[Question]:
    """Draw the questions that need no search: the same ones, every time."""
    random = Random(20)  # noqa: S311 (no secret)
    engines = [make_engine(read_only(url_of(path))) for path in databases]
    connections = [engine.connect() for engine in engines]
    found: list[Question] = []
    for listing, query in LISTS:
        path, name = listing.path, listing.path.rpartition("/")[2]
        sizes = [_size(connection, listing) for connection in connections]
        limit = min(PAGE, *sizes)
        found.append(Question("list", name, [[f"{path}?limit={limit}"] for _ in databases]))
        # So many are left in the smallest, behind the last place that is drawn.
        left = max(1, min(sizes) // 20)
        deep = [_deep(connection, listing, query, min(PAGE, left)) for connection in connections]
        found.append(Question("page at 90 %", name, deep))
        if isinstance(listing, EntityListing) and name != "documents":
            weights = [_weights(connection, listing) for connection in connections]
            details = alike(weights, random).values
        else:
            details = [
                [(slug,) for slug in _record_ids(connection, listing, DRAWN)]
                for connection in connections
            ]
        found.append(
            Question("detail", name, [[f"{path}/{slug}" for (slug,) in each] for each in details])
        )
        for each in listing.names:
            if each != "q":
                asked = _filters(connections, listing, [each], random)
                found.append(Question("filter", f"{name}?{each}", asked))
        for each in listing.facets:
            counts = [_counts(connection, listing, [each]) for connection in connections]
            same = len({len(values) for values in counts}) == 1
            found.append(
                Question(
                    "facet" if same else "facet of more values",
                    f"{name}?facet={each}",
                    [[f"{path}?facet={each}&limit=1"] for _ in databases],
                )
            )
    by_path: Mapping[str, Listing] = {listing.path: listing for listing, _query in LISTS}
    for path, names in TOGETHER:
        asked = _filters(connections, by_path[path], names, random)
        name = f"{path.rpartition('/')[2]}?{'&'.join(names)}"
        found.append(Question("filters together", name, asked))
    for connection in connections:
        connection.close()
    for engine in engines:
        engine.dispose()
    return found


def company_ids(database: Path) -> list[str]:
    """Return the ids of some companies of a database."""
    engine = make_engine(read_only(url_of(database)))
    with engine.connect() as connection:
        found = _record_ids(connection, companies.companies, DRAWN)
    engine.dispose()
    return found


def names_in(database: Path) -> list[tuple[str, str]]:
    """Return the kind and the name of every record of a database."""
    engine = make_engine(read_only(url_of(database)))
    with engine.connect() as connection:
        found = _every(
            connection, select(col(Entity.kind), col(Entity.name)).order_by(col(Entity.id))
        )
    engine.dispose()
    return [(kind, name) for kind, name in found]
