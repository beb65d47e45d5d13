"""Graphs as node-link JSON and as GraphML, from chunks of nodes and links."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from pydantic_core import to_json

from app.domain.json import Json


def node_link(nodes: Iterable[list[Json]], links: Iterable[list[Json]]) -> Iterator[bytes]:
    """Yield a graph as networkx's node-link JSON."""
    yield b'{"directed":true,"multigraph":true,"nodes":['
    yield from _array_elements(nodes)
    yield b'],"links":['
    yield from _array_elements(links)
    yield b"]}"


def _array_elements(chunks: Iterable[list[Json]]) -> Iterator[bytes]:
    before = b""
    for chunk in chunks:
        yield before + to_json(chunk)[1:-1]
        before = b","


def graphml(nodes: Iterable[list[Json]], links: Iterable[list[Json]]) -> Iterator[bytes]:
    """Yield a graph as GraphML."""
    yield _GRAPHML.encode()
    for chunk in nodes:
        yield "".join(
            f"<node id={quoteattr(node['id'])}>{_data(node, 'kind', 'label', 'href')}</node>\n"
            for node in chunk
        ).encode()
    for chunk in links:
        yield "".join(
            f"<edge id={quoteattr(link['key'])} source={quoteattr(link['source'])} "
            f"target={quoteattr(link['target'])}>{_data(link, 'predicate', 'support')}</edge>\n"
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
        f'<key id="{name}" for="{element}" attr.name="{name}" attr.type="string"/>\n'
        for element, name in _KEYS
    )
    + '<graph edgedefault="directed">\n'
)


def _data(record: Json, *names: str) -> str:
    return "".join(f'<data key="{name}">{_text(record[name])}</data>' for name in names)


def _text(text: str) -> str:
    # XML parsers normalize a bare carriage return to a line feed. The loader refuses all characters
    # that XML can't express.
    return escape(text, {"\r": "&#13;"})
