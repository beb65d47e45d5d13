"""The graph: all records, and the facts that tie them, as nodes and links."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import to_json
from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.filters import MAX_VALUES
from app.identity import public_fact_id
from app.models import Entity, Fact
from app.reader import Read
from app.references import LONGEST_FILE, AnyRow, AnySelect, Json, reference
from app.routing import Route
from app.vocabulary import PREDICATES, SUBJECTS, Support

router = APIRouter(prefix="/v1/graph", tags=["graph"], route_class=Route)

if TYPE_CHECKING:
    SubjectKind = str
    TyingPredicate = str
else:
    SubjectKind = Literal[SUBJECTS]
    TyingPredicate = Literal[tuple(name for name, each in PREDICATES.items() if each.objects)]

CHUNK = 1_000


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
    """What one may ask of the graph."""

    model_config = ConfigDict(extra="forbid")

    kind: list[SubjectKind] = Field(
        default=[], max_length=MAX_VALUES, description="Kinds of the nodes; all, unless given."
    )
    predicate: list[TyingPredicate] = Field(
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
                        "maxLength": LONGEST_FILE,
                    }
                }
            }
        }
    },
)
def get_graph(query: Annotated[GraphQuery, Query()], reader: Read) -> Response:
    """Get the whole graph, or the part of it between some kinds or by some predicates."""
    form = reader.form(query.format, ("json", "graphml"))
    write = _graphml if form == "graphml" else _node_link
    return reader.stream(form, f"graph.{form}", lambda connection: write(*_read(connection, query)))


def _read(connection: Connection, query: GraphQuery) -> tuple[Iterator[list[Json]], ...]:
    """Return nodes and links, each as chunks of plain data."""
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
    kinds = query.kind or SUBJECTS
    nodes: AnySelect = (
        select(col(Entity.kind), col(Entity.slug), col(Entity.name))
        .where(col(Entity.kind).in_(kinds))
        .order_by(col(Entity.kind), col(Entity.slug))
    )
    if query.kind:
        links = links.where(col(subject.kind).in_(kinds), col(other.kind).in_(kinds))
    if query.predicate:
        links = links.where(col(Fact.predicate).in_(query.predicate))
        ends = links.with_only_columns(col(Fact.subject_id), col(Fact.object_id)).order_by(None)
        shown = ends.subquery()
        nodes = nodes.where(
            or_(
                col(Entity.id).in_(select(shown.c.subject_id)),
                col(Entity.id).in_(select(shown.c.object_id)),
            )
        )
    return (
        _chunks(connection, nodes, _node),
        _chunks(connection, links, _link),
    )


def _chunks(connection: Connection, statement: AnySelect, make: Any) -> Iterator[list[Json]]:
    rows = connection.execution_options(yield_per=CHUNK).execute(statement)
    for chunk in rows.partitions():
        yield [make(row) for row in chunk]


def _node(row: AnyRow) -> Json:
    name = reference(row.kind, row.slug, row.name)
    return {
        "id": f"{row.kind}:{row.slug}",
        "kind": row.kind,
        "label": row.name,
        "href": name["href"],
    }


def _link(row: AnyRow) -> Json:
    return {
        "source": f"{row.subject_kind}:{row.subject_slug}",
        "target": f"{row.object_kind}:{row.object_slug}",
        "key": public_fact_id(row.id),
        "predicate": row.predicate,
        "support": row.support,
    }


def _node_link(nodes: Iterable[list[Json]], links: Iterable[list[Json]]) -> Iterator[bytes]:
    yield b'{"directed":true,"multigraph":true,"nodes":['
    yield from _joined(nodes)
    yield b'],"links":['
    yield from _joined(links)
    yield b"]}"


def _joined(chunks: Iterable[list[Json]]) -> Iterator[bytes]:
    before = b""
    for chunk in chunks:
        yield before + to_json(chunk)[1:-1]
        before = b","


def _graphml(nodes: Iterable[list[Json]], links: Iterable[list[Json]]) -> Iterator[bytes]:
    yield _GRAPHML.encode()
    for chunk in nodes:
        yield "".join(
            f"<node id={_quoted(node['id'])}>{_data(node, 'kind', 'label', 'href')}</node>\n"
            for node in chunk
        ).encode()
    for chunk in links:
        yield "".join(
            f"<edge id={_quoted(link['key'])} source={_quoted(link['source'])} "
            f"target={_quoted(link['target'])}>{_data(link, 'predicate', 'support')}</edge>\n"
            for link in chunk
        ).encode()
    yield b"</graph>\n</graphml>\n"


_KEYS = (
    ("node", "kind"),
    ("node", "label"),
    ("node", "href"),
    ("edge", "predicate"),
    ("edge", "support"),
)
_GRAPHML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    + "".join(
        f'<key id="{name}" for="{of}" attr.name="{name}" attr.type="string"/>\n'
        for of, name in _KEYS
    )
    + '<graph edgedefault="directed">\n'
)
# What XML 1.0 has no way to write.
_UNWRITABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_UNWRITABLE))


def _data(record: Json, *names: str) -> str:
    return "".join(f'<data key="{name}">{_text(record[name])}</data>' for name in names)


def _text(text: str) -> str:
    # A reader takes a bare carriage return for a line feed.
    return escape(text.translate(_UNWRITABLE), {"\r": "&#13;"})
