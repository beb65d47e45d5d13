"""Workload: benchmark cases with equal responses from a small and a large database.

Filter values are sampled from both databases and matched by their number of records, and pages
have equal limits. So a difference in latency comes from the rest of the data, not the response.
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

from app.db.engine import make_engine, read_only
from app.domain.ids import public_fact_id
from app.listing.declaration import EntityListing, Listing
from app.models import Entity, Event, Evidence, Fact, Person
from app.params.cursors import Pagination
from app.params.queries import ListQuery
from app.registry import LISTS
from bench.databases import sqlite_url

FILTER_COMBINATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/v1/companies", ("city", "legal_form")),
    ("/v1/companies", ("event", "role")),
    ("/v1/events", ("month", "day")),
    ("/v1/events", ("month", "day", "venue")),
    ("/v1/facts", ("subject", "predicate")),
    ("/v1/facts", ("overlaps", "predicate")),
)
"""Filters that are combined in one request, including every combination in the README."""
SAMPLE_SIZE = 24
"""The number of values sampled for a case; its requests use them in turn."""
MAX_ENUM_VALUES = 32
"""The most values of a filter that counts as an enumeration: the same values in every database."""
PAGE_SIZE = 50

Values = tuple[str, ...]
"""A value for each filter of a request."""
Counts = dict[Values, int]
"""The number of records by values of the filters."""


@dataclass(frozen=True)
class BenchCase:
    """Equivalent requests to every database; a client sends the paths of its database in turn."""

    group: str
    name: str
    paths: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sample:
    """Sampled filter values by database, and limits that every database's matches can fill."""

    values: Sequence[Sequence[Values]]
    limits: Sequence[int]


def _base_conditions(listing: Listing) -> list[Any]:
    return [col(Person.is_official)] if listing.path == "/v1/officials" else []


def _count_records(connection: Connection, listing: Listing, names: Sequence[str]) -> Counts:
    """Return the number of records by value of the filters ``names``, grouped as facets are."""
    facets = [listing.facets[name] for name in names]
    key: Any = listing.key
    source, values, kinds = _facet_columns(inspect(key.class_).local_table, facets)
    statement: Select[Any] = (
        select(*values, *kinds, func.count(key.distinct()))
        .select_from(source)
        .where(*_base_conditions(listing), *(facet.key.is_not(None) for facet in facets))
        .group_by(*(facet.key for facet in facets))
    )
    counts: Counts = {}
    for *columns, count in connection.execute(statement):
        pairs = zip(columns[: len(names)], columns[len(names) :], strict=True)
        counts[tuple(_parameter(value, kind) for value, kind in pairs)] = count
    return counts


def _facet_columns(source: Any, facets: Sequence[Any]) -> tuple[Any, list[Any], list[Any]]:
    """Return the source joined with the facets' tables, and their columns of values and kinds."""
    joined: list[Any] = []
    for table, on in (join for facet in facets for join in facet.joins):
        # Facets that share a table need one join of it.
        if all(table is not other for other in joined):
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
    return source, values, kinds


def _parameter(value: Any, kind: str | None) -> str:
    """Return the query parameter of a facet's value."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if kind is None else f"{kind}:{text}"


def sample_matched(counts: Sequence[Counts], random: Random) -> Sample:
    """Sample values with the same number of records in every database, or the nearest number.

    An enumeration has no such values: all of its own are used, whatever their number of records.
    """
    smallest, *others = counts
    if not all(counts):
        return Sample([[] for _ in counts], [])
    shared = sorted(set(smallest).intersection(*others))
    if (
        shared
        and len(shared) == len(smallest) <= MAX_ENUM_VALUES
        and all(len(other) <= MAX_ENUM_VALUES for other in others)
    ):
        sampled = [shared for _ in counts]
    else:
        first = random.sample(sorted(smallest), min(SAMPLE_SIZE, len(smallest)))
        targets = [smallest[values] for values in first]
        sampled = [first, *(_nearest_by_count(other, targets, random) for other in others)]
    limits = [
        min(PAGE_SIZE, *(count[values] for count, values in zip(counts, matched, strict=True)))
        for matched in zip(*sampled, strict=True)
    ]
    return Sample(sampled, limits)


def _nearest_by_count(counts: Counts, targets: Iterable[int], random: Random) -> list[Values]:
    values_by_count: dict[int, list[Values]] = defaultdict(list)
    for values in sorted(counts):
        values_by_count[counts[values]].append(values)
    return [
        random.choice(
            values_by_count[min(values_by_count, key=lambda count: (abs(count - target), count))]
        )
        for target in targets
    ]


def request_paths(path: str, names: Sequence[str], sample: Sample) -> list[list[str]]:
    """Return the paths with the sampled values of the filters ``names``, by database."""
    return [
        [
            f"{path}?{urlencode([*zip(names, values, strict=True), ('limit', limit)])}"
            for values, limit in zip(database_values, sample.limits, strict=True)
        ]
        for database_values in sample.values
    ]


def _fetch_all(connection: Connection, statement: Any) -> list[Any]:
    return list(connection.execute(statement).all())


def _record_ids(connection: Connection, listing: Listing, limit: int) -> list[str]:
    """Return the ids of the first records by key; keys are hashes, so the sample is random."""
    if not isinstance(listing, EntityListing):
        keys = connection.execute(select(col(Fact.id)).order_by(col(Fact.id)).limit(limit))
        return [public_fact_id(key) for key in keys.scalars()]
    statement = (
        select(col(Entity.slug))
        .join(inspect(listing.key.class_).local_table, listing.key == col(Entity.id))  # type: ignore[attr-defined]
        .where(*_base_conditions(listing))
        .order_by(listing.key)
        .limit(limit)
    )
    return [str(slug) for slug in connection.execute(statement).scalars()]


def _range_values(connection: Connection, name: str) -> list[Any] | None:
    """Return values of a range filter, which has no facet, or None for any other filter."""
    if name in {"date_from", "date_to"}:
        dated = select(col(Event.year), col(Event.month), col(Event.day)).where(
            col(Event.year).is_not(None), col(Event.day).is_not(None)
        )
        days = _fetch_all(connection, dated.order_by(col(Event.id)).limit(SAMPLE_SIZE))
        return [(f"{year:04}-{month:02}-{day:02}",) for year, month, day in days]
    if name == "overlaps":
        spans = select(col(Evidence.start), col(Evidence.end), col(Fact.predicate)).join(
            Fact, col(Fact.id) == col(Evidence.fact_id)
        )
        rows = _fetch_all(connection, spans.order_by(col(Evidence.fact_id)).limit(SAMPLE_SIZE))
        return [(f"{start},{end}", predicate) for start, end, predicate in rows]
    return None


def _count_facts_by_value(connection: Connection) -> Counts:
    statement = (
        select(func.min(col(Fact.value)), func.count())
        .where(col(Fact.value_key) != "")
        .group_by(col(Fact.value_key))
    )
    rows = _fetch_all(connection, statement)
    return {(value,): count for value, count in rows if len(value) < 200}


def _count_facts_by_slug(connection: Connection, listing: EntityListing) -> Counts:
    """Return the number of facts in each record's detail."""
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
        .where(*_base_conditions(listing))
        .group_by(col(Entity.slug))
    )
    return {(slug,): int(number) for slug, number in _fetch_all(connection, statement)}


def _total(connection: Connection, listing: Listing) -> int:
    key: Any = listing.key
    statement = select(func.count()).select_from(key.class_).where(*_base_conditions(listing))
    total: int = connection.execute(statement).scalar_one()
    return total


def _deep_page_paths(
    connection: Connection, listing: Listing, query: type[ListQuery], limit: int
) -> list[str]:
    """Return the paths of pages that start after 90 % of the list and have at least one item."""
    total = _total(connection, listing)
    if total < 2:
        return []
    params = query.model_validate({"limit": str(limit)})
    pagination = Pagination(listing.path, params)
    sort = listing.sorts[params.sort]
    positions = _fetch_all(
        connection,
        select(sort, listing.key)
        .where(*_base_conditions(listing))
        .order_by(sort, listing.key)
        .offset(min(int(total * 0.9), total - 2))
        .limit(max(1, min(SAMPLE_SIZE, total // 20))),
    )
    return [pagination.url(list(position)) for position in positions]


def _filter_paths(
    connections: Sequence[Connection], listing: Listing, names: Sequence[str], random: Random
) -> list[list[str]]:
    """Return the paths with values for all filters ``names``, by database."""
    range_values = [_range_values(connection, names[0]) for connection in connections]
    if all(database_values is not None for database_values in range_values):
        return [
            [
                f"{listing.path}?{urlencode([*zip(names, values, strict=False), ('limit', 1)])}"
                for values in database_values or []
            ]
            for database_values in range_values
        ]
    if names == ["id"]:
        ids = [
            [(slug,) for slug in _record_ids(connection, listing, SAMPLE_SIZE)]
            for connection in connections
        ]
        fewest = min(map(len, ids))
        sample = Sample([database_ids[:fewest] for database_ids in ids], [1] * fewest)
        return request_paths(listing.path, names, sample)
    if names == ["value"]:
        counts = [_count_facts_by_value(connection) for connection in connections]
    else:
        counts = [_count_records(connection, listing, names) for connection in connections]
    return request_paths(listing.path, names, sample_matched(counts, random))


def _collection(path: str) -> str:
    return path.rpartition("/")[2]


def _list_cases(
    connections: Sequence[Connection], listing: Listing, query: type[ListQuery]
) -> list[BenchCase]:
    """Return the cases of a list's first page and of its pages at 90 %."""
    path, name = listing.path, _collection(listing.path)
    totals = [_total(connection, listing) for connection in connections]
    limit = min(PAGE_SIZE, *totals)
    # The smallest database has at least this many records after the last sampled position.
    remaining = max(1, min(totals) // 20)
    deep_pages = [
        _deep_page_paths(connection, listing, query, min(PAGE_SIZE, remaining))
        for connection in connections
    ]
    return [
        BenchCase("list", name, [[f"{path}?limit={limit}"] for _ in connections]),
        BenchCase("page at 90 %", name, deep_pages),
    ]


def _detail_case(connections: Sequence[Connection], listing: Listing, random: Random) -> BenchCase:
    """Return the case of details; entities other than documents are matched by number of facts."""
    path, name = listing.path, _collection(listing.path)
    slugs: Sequence[Sequence[Values]]
    if isinstance(listing, EntityListing) and name != "documents":
        counts = [_count_facts_by_slug(connection, listing) for connection in connections]
        slugs = sample_matched(counts, random).values
    else:
        slugs = [
            [(slug,) for slug in _record_ids(connection, listing, SAMPLE_SIZE)]
            for connection in connections
        ]
    paths = [[f"{path}/{slug}" for (slug,) in database_slugs] for database_slugs in slugs]
    return BenchCase("detail", name, paths)


def _filter_cases(
    connections: Sequence[Connection], listing: Listing, random: Random
) -> list[BenchCase]:
    """Return a case for each filter of a list except ``q``, which the search cases cover."""
    return [
        BenchCase(
            "filter",
            f"{_collection(listing.path)}?{name}",
            _filter_paths(connections, listing, [name], random),
        )
        for name in listing.all_filters
        if name != "q"
    ]


def _negation_cases(
    connections: Sequence[Connection], listing: Listing, random: Random
) -> list[BenchCase]:
    """Return a case for the negation of each filter with a facet; a page has one record."""
    cases = []
    totals = [_total(connection, listing) for connection in connections]
    for name in listing.facets:
        if f"not_{name}" not in listing.negations:
            continue
        counts = [
            # What all records have leaves none.
            {values: count for values, count in found.items() if count < total}
            for found, total in zip(
                (_count_records(connection, listing, [name]) for connection in connections),
                totals,
                strict=True,
            )
        ]
        values = sample_matched(counts, random).values
        sample = Sample(values, [1] * min(map(len, values)))
        paths = request_paths(listing.path, [f"not_{name}"], sample)
        cases.append(BenchCase("negation", f"{_collection(listing.path)}?not_{name}", paths))
    return cases


def _facet_cases(connections: Sequence[Connection], listing: Listing) -> list[BenchCase]:
    """Return a case for each facet, grouped by whether its number of values is the same."""
    cases = []
    for name in listing.facets:
        counts = [_count_records(connection, listing, [name]) for connection in connections]
        is_same_size = len({len(database_counts) for database_counts in counts}) == 1
        cases.append(
            BenchCase(
                "facet" if is_same_size else "facet of more values",
                f"{_collection(listing.path)}?facet={name}",
                [[f"{listing.path}?facet={name}&limit=1"] for _ in connections],
            )
        )
    return cases


def sample_cases(databases: Sequence[Path]) -> list[BenchCase]:
    """Return all cases except searches, the same ones in every run."""
    random = Random(20)  # noqa: S311 (no secret)
    engines = [make_engine(read_only(sqlite_url(path))) for path in databases]
    connections = [engine.connect() for engine in engines]
    cases: list[BenchCase] = []
    for listing, query in LISTS:
        cases += _list_cases(connections, listing, query)
        cases.append(_detail_case(connections, listing, random))
        cases += _filter_cases(connections, listing, random)
        cases += _negation_cases(connections, listing, random)
        cases += _facet_cases(connections, listing)
    by_path: Mapping[str, Listing] = {listing.path: listing for listing, _ in LISTS}
    for path, names in FILTER_COMBINATIONS:
        paths = _filter_paths(connections, by_path[path], names, random)
        name = f"{_collection(path)}?{'&'.join(names)}"
        cases.append(BenchCase("filters together", name, paths))
    for connection in connections:
        connection.close()
    for engine in engines:
        engine.dispose()
    return cases


def sample_ids(database: Path, listing: EntityListing) -> list[str]:
    """Return SAMPLE_SIZE ids of a list's records in a database."""
    engine = make_engine(read_only(sqlite_url(database)))
    with engine.connect() as connection:
        ids = _record_ids(connection, listing, SAMPLE_SIZE)
    engine.dispose()
    return ids


def entity_names(database: Path) -> list[tuple[str, str]]:
    """Return the kind and the name of every record in a database."""
    engine = make_engine(read_only(sqlite_url(database)))
    with engine.connect() as connection:
        rows = _fetch_all(
            connection, select(col(Entity.kind), col(Entity.name)).order_by(col(Entity.id))
        )
    engine.dispose()
    return [(kind, name) for kind, name in rows]
