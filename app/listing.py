"""Lists and details of every resource: paging, order, total, facets and exports, once for all."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import from_json, to_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    bindparam,
    func,
    literal,
    null,
    select,
    tuple_,
)
from sqlmodel import col

from app import cursors
from app.counts import (
    FACETS,
    IN_RANGE,
    MAX_COUNTS,
    TALLIES,
    TOTAL_CAP,
    Count,
    Kept,
    Way,
    capped,
    counts,
    keys_of,
)
from app.errors import InvalidRequestError, NotFoundError, invalid_parameter
from app.facts import FactOut, facts_of
from app.facts import whole as whole_facts
from app.filters import SLUG, Column, Facet, Filter, Through, bindings, by_trial, conditions
from app.formats import flat, linked
from app.identity import entity_id
from app.links import Links, Unfinished, link_statement, links_of
from app.matching import ENTITIES, expression, gathered, hidden_from_sqlite, matching
from app.models import Entity, Item, SearchEntry
from app.prepared import Prepared
from app.queries import EntityQuery, ListQuery, NamedQuery, PageQuery
from app.reader import Reader
from app.references import LONGEST_FILE, PER_PREDICATE, AnyRow, AnySelect, Json, dump, reference
from app.related import groups_of
from app.tokens import terms
from app.vocabulary import Kind

CHUNK = 500
"""How many records of an export are read at once."""
FORMS = ("json", "csv", "ndjson", "jsonld")

Id = Annotated[
    str,
    # Only documented: what doesn't look like an id is no record either, so a 404 like any other.
    Path(
        description="The record's id.",
        json_schema_extra={"pattern": SLUG, "minLength": 1, "maxLength": 100},
    ),
]
ItemT = TypeVar("ItemT")


class EntityOut(BaseModel):
    """What every record has."""

    id: str = Field(description="Its id, unique within its kind.", examples=["sibir"])
    kind: Kind = Field(description="Its kind.", examples=["company"])
    name: str = Field(description="Its name, in the nominative.", examples=["Сибирь"])
    also_known_as: list[str] = Field(
        description="Other forms in which the documents print the name.",
        examples=[["ЗАО «Сибирь»"]],
    )


class WithFacts(BaseModel):
    """What a detail has beside the item of the list."""

    facts: list[FactOut] = Field(
        description=(
            "The facts about it: first those of which it is the subject, then those of which it is "
            f"the object, in reading order; at most {PER_PREDICATE} of one predicate on each side "
            "(`/v1/facts?subject=…` and `/v1/facts?object=…` have all)."
        )
    )


class Trimmed(BaseModel):
    """An item of a list, of which `fields` may leave out all but its id."""

    model_config = ConfigDict(json_schema_extra={"required": ["id"]})


class MaybeFacts(Trimmed):
    """What an item of a list has when asked for."""

    facts: list[FactOut] | SkipJsonSchema[None] = Field(
        default=None, description="As in the detail; there only with `include=facts`."
    )


class Page(BaseModel, Generic[ItemT]):
    """One page of a list."""

    items: list[ItemT] = Field(description="The records of this page.")
    total: int = Field(
        description=f"How many match; exact up to {TOTAL_CAP:,}.", examples=[12], ge=0, le=TOTAL_CAP
    )
    total_capped: bool = Field(
        description=f"Whether there are more than {TOTAL_CAP:,}.", examples=[False]
    )
    next: str | None = Field(
        description="Path and query of the next page, if there is one.", examples=[None]
    )
    facets: dict[str, list[Count]] | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            "For each `facet` asked for: how many of all that match have which value, the most "
            f"frequent first, at most {MAX_COUNTS:,} values. There only if asked for."
        ),
        examples=[{"city": [{"value": "omsk", "label": "Омск", "count": 9}]}],
    )
    facets_capped: list[str] | SkipJsonSchema[None] = Field(
        default=None,
        description=f"The facets that have more than {MAX_COUNTS:,} values. There with `facets`.",
        examples=[[]],
    )


EXPORTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": flat.__doc__,
                    "maxLength": LONGEST_FILE,
                }
            },
            "application/x-ndjson": {
                "schema": {
                    "type": "string",
                    "description": "Every record as JSON, a line each.",
                    "maxLength": LONGEST_FILE,
                }
            },
            "application/ld+json": {"schema": {"$ref": "#/components/schemas/LinkedDocument"}},
        }
    }
}
"""What a list's documentation says of its other forms."""


def finds(key: Column, *kinds: Kind) -> Filter:
    """Find records of these kinds by the words of ``q``."""
    matched = matching(ENTITIES, "q_match")
    ranked = col(SearchEntry.rank).in_(matched)
    return by_words(matched, key.in_(select(col(SearchEntry.entity_id)).where(ranked)), *kinds)


def by_words(matched: Select[Any], found: ColumnElement[bool], *kinds: Kind) -> Filter:
    """Find what is ``found`` in the rows of a search index that are ``matched`` by ``q_match``."""

    def bind(query: Any) -> dict[str, Any]:
        return {"q_match": expression(query.q, terms(query.q), kinds=kinds)}

    return Filter(found, bind, trying=hidden_from_sqlite(found), counted=gathered(matched))


class Listing:
    """A list that is read in pages: its statements are built once for every form of query.

    ``table`` is what is looked through and counted. ``sorts`` names the columns to order by, none
    of them nullable; ``key`` breaks ties. ``model`` is an item, which a load has finished and kept.
    A list of the same records as another has what is kept of that one: it is ``kept_as`` the path
    of the other.
    """

    def __init__(
        self,
        path: str,
        model: type[BaseModel],
        *,
        table: FromClause,
        key: Column,
        sorts: Mapping[str, Column],
        filters: Mapping[str, Filter],
        through: Iterable[Through] = (),
        always: Sequence[Any] = (),
        kept_as: str | None = None,
    ) -> None:
        self.path = path
        self._kept_as = kept_as or path
        self.model = model
        self.filters = dict(filters)
        self.through = tuple(through)
        self.names = [
            *self.filters,
            *(name for join in self.through for name in join.parts),
        ]
        self.facets: dict[str, Facet] = {
            name: each.facet for name, each in self.filters.items() if each.facet
        }
        for join in self.through:
            self.facets |= join.facets()
        self._ranges = {name: each.ranges for name, each in self.filters.items() if each.ranges}
        self.sorts = sorts
        self._sort_types = {
            name: int if isinstance(column.type, Integer) else str
            for name, column in zip(sorts, select(*sorts.values()).selected_columns, strict=True)
        }
        self.key = key
        self._table = table
        self.always = always
        self.page_statement = lru_cache(maxsize=512)(self._page_statement)
        self.total_statement = lru_cache(maxsize=512)(self._total_statement)
        self.facet_statement = lru_cache(maxsize=512)(self._facet_statement)

    def _conditions(self, asked: frozenset[str], tried: frozenset[str] = frozenset()) -> list[Any]:
        wanted = conditions(self.filters, self.through, asked, tried)
        # What is asked for leads to fewer records than what is always right.
        always = map(by_trial, self.always) if asked - tried else self.always
        return [*always, *wanted]

    def _page_statement(
        self, asked: frozenset[str], way: Way, sort: str, order: str, *, after: bool
    ) -> Prepared:
        by: Any = self.sorts[sort]
        key: Any = self.key
        rows: AnySelect = (
            select(key.label("id"), by.label("sort_key"))
            .select_from(self._table)
            .where(*self._conditions(asked, way.tried))
        )
        if not way.walks:
            # All that match are found in whatever order that is quickest, and cut then.
            every = rows.cte("anon_found").prefix_with("MATERIALIZED")
            rows, by, key = select(every), every.c.sort_key, every.c.id
        found = _cut(rows, by, key, order, after=after).subquery()
        by, key = found.c.sort_key, found.c.id
        kept = (col(Item.list) == self._kept_as) & (col(Item.id) == key)
        # The outer join only says where to begin: of everything found there is an item.
        shown = select(key, by, col(Item.text)).select_from(found.outerjoin(Item, kept))
        return Prepared(shown.order_by(*_ends(by, key, order)))

    def _total_statement(self, asked: frozenset[str], tried: frozenset[str]) -> Prepared:
        return capped(self._counted(asked, tried))

    def _counted(self, asked: frozenset[str], tried: frozenset[str]) -> AnySelect:
        """Return rows that are as many as the records that match."""
        if len(asked) == 1 and not self.always:
            (name,) = asked
            counted = self.filters[name].counted if name in self.filters else None
            if counted is not None:
                return select(literal(1)).select_from(counted)
        for join in self.through:
            owner: Any = join.owner
            rest = asked.difference(join.told(asked))
            if rest and rest <= join.parts.keys() and owner.references(self.key):
                # Each is a record of this list, so there is nothing to look at there.
                return select(join.owners(asked).subquery()).distinct()
        wanted = self._conditions(asked, tried)
        return select(literal(1)).select_from(self._table).where(*wanted)

    def _facet_statement(self, asked: frozenset[str], name: str) -> AnySelect:
        """Return the statement for the counts of a facet: key, value, label, kind, count."""
        facet = self.facets[name]
        source = self._table
        for table, on in facet.joins:
            source = source.join(table, on)
        # What else is asked of a joined row must hold of the very row that is counted by.
        same_row = [
            part.condition
            for join in self.through
            if name in join.parts
            for other, part in join.parts.items()
            if other in asked
        ]
        key: Any = facet.key.label("key")
        count = func.count(self.key.distinct()) if facet.joins else func.count()
        printed = [] if facet.printed is None else [func.min(facet.printed).label("printed")]
        # Few groups are left when their names are looked up.
        groups = (
            select(key, *printed, count.label("records"))
            .select_from(source)
            .where(*self._conditions(asked), *same_row, facet.key.is_not(None))
            .group_by(key)
            .order_by(count.desc(), key)
            .limit(MAX_COUNTS + 1)
            .subquery()
        )
        said = groups.c.key if facet.printed is None else groups.c.printed
        shown: Sequence[Any] = (said, said, null())
        joined: FromClause = groups
        if facet.entity is not None:
            kind = col(facet.entity.kind) if facet.of_several_kinds else null()
            shown = (col(facet.entity.slug), col(facet.entity.name), kind)
            joined = groups.join(facet.entity, col(facet.entity.id) == groups.c.key)
        value, label, kind = shown
        return select(
            groups.c.key,
            value.label("value"),
            label.label("label"),
            kind.label("kind"),
            groups.c.records,
        ).select_from(joined)

    def tallies(self, connection: Connection) -> Iterator[Json]:
        """Yield the rows of ``Tally`` for the list as a whole, counted now."""
        everything = select(func.count()).select_from(self._table).where(*self.always)
        whole = {"list": self.path, "facet": "", "position": 0, "key": "", "value": "", "label": ""}
        yield {**whole, "count": connection.execute(everything).scalar_one()}
        for name in self.facets:
            found = connection.execute(self.facet_statement(frozenset(), name))
            for position, each in enumerate(counts(found)):
                yield {"list": self.path, "facet": name, "position": position, **each}
        for name, ranges in self._ranges.items():
            number: Any = ranges.column
            statement = (
                select(number, func.count())
                .select_from(self._table)
                .where(*self.always)
                .group_by(number)
                .order_by(number)
            )
            upto = 0
            for each, count in connection.execute(statement):
                upto += count
                yield {**whole, "facet": name, "position": each, "key": str(each), "count": upto}

    def unfinished(self, _connection: Connection) -> Iterator[Unfinished]:
        """Yield what the tables have of items that are to be finished, some at a time."""
        yield from ()

    def finished(self, _some: Unfinished) -> list[tuple[int, bytes]]:
        """Return the keys of such items, and their JSON."""
        return []

    def find(self, reader: Reader, query: ListQuery) -> Response:
        """Answer a list's question: with a page, or with all that match in another form."""
        form = reader.form(query.format, FORMS)
        if form == "json":
            items, page = self.page(
                reader, query, lambda connection, rows: self._shown(connection, rows, query)
            )
            return reader.send(joined({"items": items}, page))
        if query.facet:
            raise InvalidRequestError(
                invalid_parameter("query.facet", query.facet[0], "Only with JSON")
            )
        if form == "csv" and isinstance(query, EntityQuery) and query.include:
            allowed = "Not with CSV; /v1/facts?format=csv has the facts"
            raise InvalidRequestError(invalid_parameter("query.include.0", "facts", allowed))
        name = f"{self.path.rpartition('/')[2]}.{form}"
        return reader.stream(
            form, name, lambda connection: self.export(form, self.records(connection, query), query)
        )

    def page(
        self,
        reader: Reader,
        query: ListQuery,
        shown: Callable[[Connection, Sequence[AnyRow]], list[ItemT]],
        path: str | None = None,
        asked_as: PageQuery | None = None,
    ) -> tuple[list[ItemT], Json]:
        """Return the items of one page, as ``shown`` makes them of its rows, and the rest of it.

        A list that is served elsewhere, or asked in other words, says under which ``path`` and by
        which query its pages are found.
        """
        path, asked_as = path or self.path, asked_as or query
        asked, values = self._asked(query)
        seal = cursors.seal(path, query)
        with reader.read() as connection:
            kept = self._kept(connection, asked, values)
            after = self._after(query, seal)
            total = self._total(connection, query, values, kept)
            way = kept.way(total, query.limit + 1, query.sort)
            rows = self._rows(connection, query, values, asked, way, after, query.limit + 1)
            more = len(rows) > query.limit
            rows = rows[: query.limit]
            items = shown(connection, rows)
            page: Json = {"total": min(total, TOTAL_CAP), "total_capped": total > TOTAL_CAP}
            facets = self._facets(connection, query, asked, values, kept)
        last = cursors.write(seal, [rows[-1].sort_key, rows[-1].id]) if more else None
        page["next"] = cursors.url(path, asked_as, last) if last else None
        reader.link(first=cursors.url(path, asked_as, None), next=page["next"])
        if facets:
            page["facets"] = {name: counts[:MAX_COUNTS] for name, counts in facets.items()}
            page["facets_capped"] = [
                name for name, counts in facets.items() if len(counts) > MAX_COUNTS
            ]
        return items, page

    def records(self, connection: Connection, query: ListQuery) -> Iterator[list[Json]]:
        """Yield all records that match, some at a time, or as many as the query says."""
        asked, values = self._asked(query)
        after = self._after(query, cursors.seal(self.path, query))
        kept = self._kept(connection, asked, values)
        way = kept.way(self._total(connection, query, values, kept), CHUNK, query.sort)
        left = query.limit if "limit" in query.model_fields_set else None
        while left is None or left > 0:
            size = CHUNK if left is None else min(left, CHUNK)
            rows = self._rows(connection, query, values, asked, way, after, size)
            if rows:
                yield self.whole(connection, rows, query)
                after = {"after_sort": rows[-1].sort_key, "after_id": rows[-1].id}
            if len(rows) < size:
                return
            left = left and left - size

    def export(
        self, form: str, pages: Iterator[list[Json]], query: ListQuery | None = None
    ) -> Iterator[bytes]:
        """Yield records in one of the forms that have no pages."""
        fields = _shown_fields(query) if query else []
        match form:
            case "csv":
                yield from flat.rows(flat.columns(self.model, fields), pages)
            case "jsonld":
                yield from linked.document(pages, fields)
            case _:
                for page in pages:
                    yield b"".join(to_json(record) + b"\n" for record in _trim(page, fields))

    def whole(
        self, _connection: Connection, rows: Sequence[AnyRow], _query: ListQuery
    ) -> list[Json]:
        """Return records for an export, with all that a page cuts short."""
        return [from_json(row.text) for row in rows]

    def _shown(
        self, _connection: Connection, rows: Sequence[AnyRow], query: ListQuery
    ) -> list[str]:
        """Return the items of a page, as JSON."""
        return _trimmed([row.text for row in rows], _shown_fields(query))

    def _asked(self, query: ListQuery) -> tuple[frozenset[str], dict[str, Any]]:
        """Return which filters the query asks for, and the values to bind for them."""
        asked = frozenset(name for name in self.names if getattr(query, name) not in (None, []))
        return asked, bindings(self.filters, self.through, asked, query)

    def _rows(
        self,
        connection: Connection,
        query: ListQuery,
        values: dict[str, Any],
        asked: frozenset[str],
        way: Way,
        after: dict[str, Any],
        limit: int,
    ) -> Sequence[AnyRow]:
        statement = self.page_statement(asked, way, query.sort, query.order, after=bool(after))
        return statement.rows(connection, {**values, **after, "page_limit": limit})

    def _after(self, query: ListQuery, seal: str) -> dict[str, Any]:
        """Return where the cursor says to go on, {} without one."""
        place = cursors.read(query, seal, [self._sort_types[query.sort], int])
        return {"after_sort": place[0], "after_id": place[1]} if place else {}

    def _kept(self, connection: Connection, asked: frozenset[str], values: dict[str, Any]) -> Kept:
        """Return what a load has counted of the whole list and of the values asked for."""
        keys = {name: keys_of(values[name]) for name in asked if name in self.facets}
        sent = {
            "list": self._kept_as,
            "facets": ["", *keys],
            "keys": ["", *chain(*keys.values())],
        }
        counts = {row[:2]: row.records for row in TALLIES.rows(connection, sent)}
        in_order = [
            name
            for name in asked
            if name in self.filters
            and self.filters[name].in_order
            and len(keys_of(values[name])) == 1
        ]
        return Kept(asked, keys, counts, in_order)

    def _total(
        self, connection: Connection, query: ListQuery, values: dict[str, Any], kept: Kept
    ) -> int:
        """Return how many match; where there are more than the cap, it may be any such number."""
        total = kept.total(query)
        if total is None and kept.whole is not None:
            total = self._in_ranges(connection, query, kept.asked)
        if total is None:
            statement = self.total_statement(kept.asked, kept.tried)
            total = statement.rows(connection, values)[0].found
        return total

    def _in_ranges(
        self, connection: Connection, query: ListQuery, asked: frozenset[str]
    ) -> int | None:
        """Return how many match, where nothing but ranges of one number are asked for."""
        if len(asked) != 1 or not asked <= self._ranges.keys():
            return None
        (name,) = asked
        total = 0
        for first, last in self._ranges[name].of(query):
            sent = {"list": self._kept_as, "facet": name, "before": first - 1, "last": last}
            total += IN_RANGE.rows(connection, sent)[0].found
        return total

    def _facets(
        self,
        connection: Connection,
        query: ListQuery,
        asked: frozenset[str],
        values: dict[str, Any],
        kept: Kept,
    ) -> dict[str, list[Json]]:
        """Return the counts of each facet asked for, one more than are shown where there are."""
        facets: dict[str, list[Json]] = {name: [] for name in query.facet}
        if facets and not asked and kept.whole is not None:
            sent = {"list": self._kept_as, "facets": list(facets)}
            for name, value, label, count in FACETS.rows(connection, sent):
                facets[name].append({"value": value, "label": label, "count": count})
        else:
            for name in facets:
                found = connection.execute(self.facet_statement(asked, name), values)
                facets[name] = [
                    {each: row[each] for each in ("value", "label", "count")}
                    for row in counts(found)
                ]
        return facets


def _ends(by: Any, key: Any, order: str) -> list[Any]:
    return [each.asc() if order == "asc" else each.desc() for each in (by, key)]


def _cut(statement: AnySelect, by: Any, key: Any, order: str, *, after: bool) -> AnySelect:
    """Return the rows of one page, in order."""
    if after:
        here = tuple_(by, key)
        there = tuple_(bindparam("after_sort"), bindparam("after_id"))
        statement = statement.where(here > there if order == "asc" else here < there)
    return statement.order_by(*_ends(by, key, order)).limit(bindparam("page_limit"))


def _shown_fields(query: ListQuery) -> list[str]:
    """Return the fields to give of every record, [] for all."""
    if query.fields and isinstance(query, EntityQuery) and query.include:
        return ["id", *query.fields, *query.include]
    return query.fields and ["id", *query.fields]


def joined(lists: Mapping[str, Iterable[str]], rest: Json) -> bytes:
    """Return an object as JSON: lists of finished items, and then the rest."""
    parts = [f'"{name}":[{",".join(items)}],' for name, items in lists.items()]
    return b"{%s%s" % ("".join(parts).encode(), to_json(rest)[1:])


def _trimmed(items: list[str], kept: Sequence[str]) -> list[str]:
    if not kept:
        return items
    return [dump(each) for each in _trim(map(from_json, items), kept)]


def _trim(records: Iterable[Json], kept: Sequence[str]) -> list[Json]:
    if not kept:
        return list(records)
    return [{name: record[name] for name in record if name in kept} for record in records]


class EntityListing(Listing):
    """The list and the details of one kind of entity.

    ``values`` are the predicates whose values or objects an item shows, ``roles`` those by which
    other records name it; ``item`` makes the item's own fields from its row and its links.
    """

    def __init__(
        self,
        kind: Kind,
        path: str,
        table: Any,
        model: type[BaseModel],
        *,
        item: Callable[[Any, Links], Json],
        columns: Sequence[Column] = (),
        joins: Callable[[FromClause], FromClause] = lambda source: source,
        values: Sequence[str] = (),
        roles: Sequence[str] = (),
        sorts: Mapping[str, Column] | None = None,
        filters: Mapping[str, Filter] | None = None,
        through: Iterable[Through] = (),
        always: Sequence[Any] = (),
    ) -> None:
        key = col(table.id)
        super().__init__(
            path,
            model,
            table=table.__table__,
            key=key,
            sorts={
                "name": col(table.name_key),
                "text_order": col(table.text_order),
                **(sorts or {}),
            },
            filters={
                "q": finds(key, kind),
                "id": Filter(key.in_(bindparam("id", expanding=True)), self._keys),
                **(filters or {}),
            },
            through=through,
            always=always,
        )
        self.kind = kind
        self._item = item
        self._links = link_statement(["also_known_as", *values], roles)
        source = joins(table.__table__.join(Entity, col(Entity.id) == key))
        self._rows_to_finish: AnySelect = (
            select(key.label("id"), col(Entity.slug), col(Entity.name), *columns)
            .select_from(source)
            .where(*map(by_trial, always), key > bindparam("after"))
            .order_by(key)
            .limit(CHUNK)
        )
        names: Any = self._rows_to_finish.selected_columns.keys()
        self._row_to_finish: Any = namedtuple("_row_to_finish", names)  # type: ignore[misc]
        kept = (col(Item.list) == path) & (col(Item.id) == col(Entity.id))
        self._one = Prepared(
            select(col(Entity.id), col(Entity.slug), col(Entity.name), col(Item.text))
            .join(Item, kept)
            .where(col(Entity.id) == bindparam("id"))
        )

    def unfinished(self, connection: Connection) -> Iterator[Unfinished]:
        """Yield what the tables have of all records, some at a time."""
        after = -1
        while rows := connection.execute(self._rows_to_finish, {"after": after}).all():
            after = rows[-1].id
            links = connection.execute(self._links, {"ids": [row.id for row in rows]})
            yield list(map(tuple, rows)), list(map(tuple, links))

    def finished(self, some: Unfinished) -> list[tuple[int, bytes]]:
        """Return the keys of such records, and the items made of them, as JSON."""
        rows, links = some[0], links_of(some[1])
        named = map(self._row_to_finish._make, rows)
        return [(row.id, to_json(self._made(row, links[row.id]))) for row in named]

    def _made(self, row: Any, links: Links) -> Json:
        return {
            "id": row.slug,
            "kind": self.kind,
            "name": row.name,
            "also_known_as": links.values("also_known_as"),
            **self._item(row, links),
        }

    def get(self, reader: Reader, slug: str, *, facts: bool = True) -> Response:
        """Answer with one record, with its facts unless told otherwise; raise NotFoundError."""
        with reader.read() as connection:
            row = self.row(connection, slug)
            item = self._with_facts(connection, [row])[0] if facts else row.text
        return reader.send(item.encode())

    def related(self, reader: Reader, slug: str) -> Response:
        """Answer with what is one fact away from one record; raise NotFoundError."""
        with reader.read() as connection:
            row = self.row(connection, slug)
            entity = reference(self.kind, row.slug, row.name)
            groups = groups_of(connection, row.id)
        return reader.answer({"entity": entity, "groups": groups})

    def row(self, connection: Connection, slug: str) -> Any:
        """Return id, slug, name and JSON of one record; raise NotFoundError."""
        found = self._one.rows(connection, {"id": entity_id(self.kind, slug)})
        if not found or found[0].slug != slug:
            raise NotFoundError(f"There is no «{slug[:100]}» in {self.path}.")
        return found[0]

    def whole(self, connection: Connection, rows: Sequence[AnyRow], query: ListQuery) -> list[Json]:
        """Return records for an export, with all that a page cuts short."""
        items = super().whole(connection, rows, query)
        if isinstance(query, EntityQuery) and query.include:
            found = facts_of(connection, [row.id for row in rows])
            for row, item in zip(rows, items, strict=True):
                item["facts"] = whole_facts(connection, found.get(row.id, []))
        return items

    def _shown(self, connection: Connection, rows: Sequence[AnyRow], query: ListQuery) -> list[str]:
        if isinstance(query, EntityQuery) and query.include:
            return _trimmed(self._with_facts(connection, rows), _shown_fields(query))
        return super()._shown(connection, rows, query)

    def _with_facts(self, connection: Connection, rows: Sequence[AnyRow]) -> list[str]:
        """Return records with their facts, as JSON."""
        found = facts_of(connection, [row.id for row in rows])
        return [
            f'{row.text[:-1]},"facts":[{",".join(fact.text for fact in found.get(row.id, ()))}]}}'
            for row in rows
        ]

    def _keys(self, query: NamedQuery) -> dict[str, Any]:
        return {"id": [entity_id(self.kind, slug) for slug in query.id]}
