"""The graph: records as nodes, and the facts that relate them as links."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.types import AnyRow, AnySelect
from app.domain.ids import public_fact_id
from app.domain.json import Json
from app.domain.vocabulary import PREDICATES, SUBJECTS, Support
from app.formats import graph
from app.formats.responses import MAX_EXPORT_LENGTH
from app.http.context import ContextDep
from app.http.routing import Router
from app.models import Entity, Fact
from app.params.types import MAX_VALUES
from app.schemas.refs import href

router = Router("/v1/graph", tag="graph")

if TYPE_CHECKING:
    SubjectKind = str
    RelationPredicate = str
else:
    SubjectKind = Literal[SUBJECTS]
    RelationPredicate = Literal[tuple(name for name, each in PREDICATES.items() if each.objects)]

_ROWS_PER_CHUNK = 1_000


class Node(BaseModel):
    """A record."""

    id: str = Field(description="Kind and id.", examples=["company:sibir"])
    kind: str = Field(description="Its kind.", examples=["company"])
    label: str = Field(description="Its name.", examples=["Сибирь"])
    href: str = Field(description="Where it is served.", examples=["/v1/companies/sibir"])


class Link(BaseModel):
    """A fact that ties two records."""

    source: str = Field(description="The fact's subject.", examples=["company:sibir"])
    target: str = Field(description="The fact's object.", examples=["place:omsk"])
    key: str = Field(description="The fact's id.", examples=["364c46accec99916"])
    predicate: str = Field(description="What the fact says.", examples=["city"])
    support: Support = Field(description="How far the words carry it.", examples=["inferred"])


class Graph(BaseModel):
    """A directed multigraph in the form of networkx's node-link data."""

    directed: Literal[True] = Field(description="Links have a direction.", examples=[True])
    multigraph: Literal[True] = Field(description="Two nodes can have many.", examples=[True])
    nodes: list[Node] = Field(description="The records, by kind and id.")
    links: list[Link] = Field(description="The facts, in reading order.")


class GraphQuery(BaseModel):
    """The parameters of the graph."""

    model_config = ConfigDict(extra="forbid")

    kind: list[SubjectKind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds of the nodes; all, unless given."
    )
    predicate: list[RelationPredicate] = Field(
        default=[],
        max_length=MAX_VALUES,
        description="What the links say; then only nodes that have such a link are given.",
    )
    format: Literal["json", "graphml"] | SkipJsonSchema[None] = Field(
        default=None, description="The form of the answer, before what the header Accept says."
    )


@router.get(
    "",
    response_model=Graph,
    responses={
        200: {
            "content": {
                "application/graphml+xml": {
                    "schema": {
                        "type": "string",
                        "description": "The graph as GraphML.",
                        "maxLength": MAX_EXPORT_LENGTH,
                    }
                }
            }
        }
    },
)
def get_graph(query: Annotated[GraphQuery, Query()], context: ContextDep) -> Response:
    """Get the whole graph, or the part of it between some kinds or by some predicates."""
    chosen = context.negotiate(query.format)
    write = graph.graphml if chosen == "graphml" else graph.node_link
    return context.stream(
        chosen, f"graph.{chosen}", lambda connection: write(*_read(connection, query))
    )


def _read(connection: Connection, query: GraphQuery) -> tuple[Iterator[list[Json]], ...]:
    """Return nodes and links, each as chunks of plain data."""
    return (
        _chunks(connection, _nodes(query), _node),
        _chunks(connection, _links(query), _link),
    )


def _links(query: GraphQuery) -> AnySelect:
    """Return the statement for the links, in reading order."""
    subject, other = aliased(Entity), aliased(Entity)
    links: AnySelect = (
        select(
            col(Fact.id),
            col(Fact.predicate),
            col(Fact.support),
            col(subject.kind).label("subject_kind"),
            col(subject.slug).label("subject_slug"),
            col(other.kind).label("object_kind"),
            col(other.slug).label("object_slug"),
        )
        .join(subject, col(subject.id) == col(Fact.subject_id))
        .join(other, col(other.id) == col(Fact.object_id))
        .order_by(col(Fact.text_order), col(Fact.id))
    )
    if query.kind:
        links = links.where(col(subject.kind).in_(query.kind), col(other.kind).in_(query.kind))
    if query.predicate:
        links = links.where(col(Fact.predicate).in_(query.predicate))
    return links


def _nodes(query: GraphQuery) -> AnySelect:
    """Return the statement for the nodes, by kind and id."""
    nodes: AnySelect = (
        select(col(Entity.kind), col(Entity.slug), col(Entity.name))
        .where(col(Entity.kind).in_(query.kind or SUBJECTS))
        .order_by(col(Entity.kind), col(Entity.slug))
    )
    if query.predicate:
        ends = _links(query).with_only_columns(col(Fact.subject_id), col(Fact.object_id))
        linked = ends.order_by(None).subquery()
        nodes = nodes.where(
            or_(
                col(Entity.id).in_(select(linked.c.subject_id)),
                col(Entity.id).in_(select(linked.c.object_id)),
            )
        )
    return nodes


def _chunks(
    connection: Connection, statement: AnySelect, make: Callable[[AnyRow], Json]
) -> Iterator[list[Json]]:
    rows = connection.execution_options(yield_per=_ROWS_PER_CHUNK).execute(statement)
    for chunk in rows.partitions():
        yield [make(row) for row in chunk]


def _node(row: AnyRow) -> Json:
    return {
        "id": f"{row.kind}:{row.slug}",
        "kind": row.kind,
        "label": row.name,
        "href": href(row.kind, row.slug),
    }


def _link(row: AnyRow) -> Json:
    return {
        "source": f"{row.subject_kind}:{row.subject_slug}",
        "target": f"{row.object_kind}:{row.object_slug}",
        "key": public_fact_id(row.id),
        "predicate": row.predicate,
        "support": row.support,
    }
