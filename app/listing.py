"""Lists and details of every resource: paging, order, total and embedded facts, once for all."""

import base64
import binascii
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Annotated, Any, Generic, Literal, TypeVar, get_origin, get_type_hints
from urllib.parse import urlencode

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import (
    Connection,
    FromClause,
    Integer,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)
from sqlmodel import col

from app.errors import InvalidRequestError, NotFoundError, invalid_parameter
from app.facts import FACTS_PER_SIDE, FactOut, facts_of
from app.filters import SLUG, Column, Filter, PlainNumber, Text, Through, bindings, conditions
from app.identity import entity_id
from app.links import Links, link_statement, links_of
from app.models import Entity
from app.reader import Reader
from app.references import AnyRow, AnySelect, Json
from app.text import fold
from app.vocabulary import Kind

MAX_LIMIT = 200
TOTAL_CAP = 10_000
MAX_CURSOR = 2_000
MAX_WORDS = 6
ORDER_BY = "What to order by; `text_order` is the order in which the documents mention them."


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
            f"the object, in reading order; at most {FACTS_PER_SIDE} of each "
            "(`/v1/facts?subject=…` and `/v1/facts?object=…` have all)."
        )
    )


class MaybeFacts(BaseModel):
    """What an item of a list has when asked for."""

    facts: list[FactOut] | SkipJsonSchema[None] = Field(
        default=None,
        description="As in the detail; there only with `include=facts`.",
        exclude_if=lambda facts: facts is None,
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


class ListQuery(BaseModel):
    """What one may ask of any list."""

    model_config = ConfigDict(extra="forbid")

    sort: str = Field(description=ORDER_BY)
    order: Literal["asc", "desc"] = Field(default="asc", description="Ascending or descending.")
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), PlainNumber] = Field(
        default=50, description="The most records that a page holds."
    )
    cursor: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", min_length=1, max_length=MAX_CURSOR),
        ]
        | SkipJsonSchema[None]
    ) = Field(
        default=None,
        description="Where to go on: from the `next` of a page, with its filters and order.",
    )


class NamedQuery(ListQuery):
    """What one may ask of a list of what has names."""

    q: Text | SkipJsonSchema[None] = Field(
        default=None,
        description="Words of a name, in a form that is printed; case, ё and quotes don't matter.",
        json_schema_extra={"examples": ["сибирь"]},
    )


class EntityQuery(NamedQuery):
    """What one may ask of a list of entities."""

    include: list[Literal["facts"]] = Field(
        default=[], max_length=1, description="`facts`: give every record's facts along."
    )


async def reject_repetition(request: Request) -> None:
    """Refuse a parameter that is sent twice but takes one value, and any where none is taken."""
    sent = request.query_params.multi_items()
    if not sent:
        return
    fields = _parameters(request.scope["endpoint"])
    times = Counter(name for name, _ in sent)
    errors = []
    for name, value in sent:
        if name not in fields:
            allowed = f"One of: {', '.join(fields)}" if fields else "No parameters"
        elif times[name] > 1 and not fields[name]:
            allowed = f"{name} once"
        else:
            continue
        errors.append(invalid_parameter(f"query.{name}", value, allowed))
    if errors:
        raise InvalidRequestError(*errors)


@cache
def _parameters(endpoint: Callable[..., Any]) -> dict[str, bool]:
    """Return the names of an endpoint's query parameters, and whether each can be repeated."""
    return {
        name: get_origin(field.annotation) is list
        for hint in get_type_hints(endpoint).values()
        if isinstance(hint, type) and issubclass(hint, ListQuery)
        for name, field in hint.model_fields.items()
    }


def named(key: Column) -> Filter:
    """Names that contain every word of ``q``, in any order."""
    text = col(Entity.search_text)
    holds = [text.like(bindparam(f"q_{number}"), escape="\\") for number in range(MAX_WORDS)]

    def bind(query: Any) -> dict[str, str]:
        words = fold(query.q).split()
        # Past the last place, the rest has to stand as it is.
        words[MAX_WORDS - 1 :] = [" ".join(words[MAX_WORDS - 1 :])]
        for special in "\\%_":
            words = [word.replace(special, "\\" + special) for word in words]
        patterns = [f"%{word}%" for word in words] + ["%"] * (MAX_WORDS - len(words))
        return {f"q_{number}": pattern for number, pattern in enumerate(patterns)}

    return Filter(key.in_(select(col(Entity.id)).where(*holds)), bind)


class Listing:
    """A list that is read in pages: its statements are built once for every form of query.

    ``columns`` and ``source`` are what a page reads; ``table`` is what is counted. ``sorts`` names
    the columns to order by, none of them nullable; ``key`` breaks ties. ``items`` turns a page's
    rows into plain data, with a fixed number of further statements.
    """

    def __init__(
        self,
        path: str,
        *,
        table: FromClause,
        key: Column,
        columns: Sequence[Column],
        source: FromClause,
        sorts: Mapping[str, Column],
        filters: Mapping[str, Filter],
        through: Iterable[Through] = (),
        always: Sequence[Any] = (),
    ) -> None:
        self.path = path
        self.filters = dict(filters)
        self.through = tuple(through)
        self.names = [
            *self.filters,
            *(name for join in self.through for name in join.parts),
        ]
        self.sorts = sorts
        self._sort_types = {
            name: int if isinstance(column.type, Integer) else str
            for name, column in zip(sorts, select(*sorts.values()).selected_columns, strict=True)
        }
        self.key = key
        self._table = table
        self._always = always
        self._select: AnySelect = (
            select(key.label("id"), *columns).select_from(source).where(*always)
        )
        self.page_statement = lru_cache(maxsize=512)(self._page_statement)
        self.total_statement = lru_cache(maxsize=512)(self._total_statement)
        self.one_statement: AnySelect = self._select.where(key == bindparam("id"))

    def _conditions(self, asked: frozenset[str]) -> list[Any]:
        return conditions(self.filters, self.through, asked)

    def _page_statement(
        self, asked: frozenset[str], sort: str, order: str, *, after: bool
    ) -> AnySelect:
        by = self.sorts[sort]
        ends = [each.asc() if order == "asc" else each.desc() for each in (by, self.key)]
        statement = self._select.add_columns(by.label("sort_key")).where(*self._conditions(asked))
        if after:
            here = tuple_(by, self.key)
            there = tuple_(bindparam("after_sort"), bindparam("after_id"))
            statement = statement.where(here > there if order == "asc" else here < there)
        return statement.order_by(*ends).limit(bindparam("page_limit"))

    def _total_statement(self, asked: frozenset[str]) -> AnySelect:
        matching = (
            select(literal(1))
            .select_from(self._table)
            .where(*self._always, *self._conditions(asked))
            .limit(TOTAL_CAP + 1)
        )
        return select(func.count()).select_from(matching.subquery())

    def page(
        self,
        reader: Reader,
        query: ListQuery,
        items: Callable[[Connection, Sequence[AnyRow]], list[Json]],
    ) -> Json:
        """Return one page as plain data, for the page class of the resource."""
        asked = frozenset(name for name in self.names if getattr(query, name) not in (None, []))
        values = bindings(self.filters, self.through, asked, query)
        seal = self._seal(query)
        after = self._after(query, seal)
        statement = self.page_statement(asked, query.sort, query.order, after=bool(after))
        with reader.read() as connection:
            rows: Sequence[AnyRow] = connection.execute(
                statement, {**values, **after, "page_limit": query.limit + 1}
            ).all()
            total = connection.execute(self.total_statement(asked), values).scalar_one()
            more = len(rows) > query.limit
            rows = rows[: query.limit]
            found = items(connection, rows)
        following = self._url(query, self._cursor(seal, rows[-1])) if more else None
        reader.link(first=self._url(query, None), next=following)
        return {
            "items": found,
            "total": min(total, TOTAL_CAP),
            "total_capped": total > TOTAL_CAP,
            "next": following,
        }

    def _seal(self, query: ListQuery) -> str:
        """Return what ties a cursor to this list, its filters and its order."""
        asked = query.model_dump(mode="json", exclude={"cursor", "limit", "include"})
        text = json.dumps([self.path, asked], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _after(self, query: ListQuery, seal: str) -> dict[str, Any]:
        """Return where the cursor says to go on, {} without one."""
        if query.cursor is None:
            return {}
        try:
            padded = query.cursor + "=" * (-len(query.cursor) % 4)
            sealed, sort, key = json.loads(base64.urlsafe_b64decode(padded))
        except (ValueError, TypeError, RecursionError, binascii.Error):
            sealed = sort = key = None
        expected = self._sort_types[query.sort]
        if sealed != seal or not _sortable(sort, expected) or not _sortable(key, int):
            raise InvalidRequestError(
                invalid_parameter(
                    "query.cursor",
                    query.cursor,
                    "The cursor of a page's `next`, with that page's filters and order",
                )
            )
        return {"after_sort": sort, "after_id": key}

    def _cursor(self, seal: str, last: AnyRow) -> str:
        token = json.dumps([seal, last.sort_key, last.id], ensure_ascii=False)
        return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")

    def _url(self, query: ListQuery, cursor: str | None) -> str:
        asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
        if cursor is not None:
            asked["cursor"] = cursor
        return f"{self.path}?{urlencode(asked, doseq=True)}" if asked else self.path


def _sortable(value: object, expected: type) -> bool:
    """Tell whether a database can compare a column of the ``expected`` type with this value."""
    if type(value) is not expected:
        return False
    if isinstance(value, int):
        return 0 <= value < 1 << 63
    text = str(value)
    return not any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in text)


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
        *,
        item: Callable[[AnyRow, Links], Json],
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
            table=table.__table__,
            key=key,
            columns=[col(Entity.slug), col(Entity.name), *columns],
            source=joins(table.__table__.join(Entity, col(Entity.id) == key)),
            sorts={
                "name": col(table.name_key),
                "text_order": col(table.text_order),
                **(sorts or {}),
            },
            filters={"q": named(key), **(filters or {})},
            through=through,
            always=always,
        )
        self.kind = kind
        self._item = item
        self._links = link_statement(["also_known_as", *values], roles)

    def find(self, reader: Reader, query: NamedQuery) -> Json:
        """Return one page of the kind's items."""
        return self.page(
            reader,
            query,
            lambda connection, rows: self._items(
                connection, rows, facts=isinstance(query, EntityQuery) and bool(query.include)
            ),
        )

    def get(self, reader: Reader, slug: str, *, facts: bool = True) -> Json:
        """Return one record, with its facts unless told otherwise; raise NotFoundError."""
        with reader.read() as connection:
            rows = connection.execute(self.one_statement, {"id": entity_id(self.kind, slug)}).all()
            if not rows or rows[0].slug != slug:
                raise NotFoundError(f"There is no «{slug[:100]}» in {self.path}.")
            return self._items(connection, rows, facts=facts)[0]

    def _items(self, connection: Connection, rows: Sequence[AnyRow], *, facts: bool) -> list[Json]:
        ids = [row.id for row in rows]
        links = links_of(connection, self._links, ids)
        found = facts_of(connection, ids) if facts else {}
        items = []
        for row in rows:
            mine = links[row.id]
            item = {
                "id": row.slug,
                "kind": self.kind,
                "name": row.name,
                "also_known_as": mine.values("also_known_as"),
                **self._item(row, mine),
            }
            if facts:
                item["facts"] = found.get(row.id, [])
            items.append(item)
        return items
