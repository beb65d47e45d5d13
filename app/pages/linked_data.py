"""Linked data of the pages: JSON-LD in terms of schema.org alone, as search engines read it."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from pydantic_core import to_json

from app.domain.json import Json
from app.formats.jsonld import CONTEXT, to_node
from app.schemas.refs import href, page_path

_PREFIX = "schema:"
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def as_script(node: Json | None) -> Markup:
    """Return the element that holds a node, whose terms are of schema.org; "" for none."""
    if node is None:
        return Markup()
    # In a script nothing is escaped by entities, but the first `</script` ends it.
    data = to_json({"@context": {"@vocab": "https://schema.org/"}, **node}).decode()
    text = data.translate(_ESCAPES)
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 (escaped)


def record_node(item: Json, base_url: str) -> Json | None:
    """Return a record as a node, None where schema.org has no class for it."""
    node = _in_schema_terms(to_node(item), base_url)
    return node and {**node, "url": base_url + page_path(href(item["kind"], item["id"]))}


def dataset_node(
    documents: Sequence[tuple[Json, int | None]], revision: str, base_url: str
) -> Json:
    """Return the data as a node: everything as one file, and the texts of some documents.

    ``documents`` are items of documents, each with the size of its text in bytes, None if unknown.
    """
    texts = [
        _text_node(f"{base_url}{item['text']}", item["sha256"], size) for item, size in documents
    ]
    everything = {
        "@type": "DataDownload",
        "contentUrl": f"{base_url}/v1/export",
        "encodingFormat": "application/zip",
    }
    return {
        "@id": f"{base_url}/",
        "@type": "Dataset",
        "name": "Побратим",
        "description": (
            "Факты из новостных статей; к каждому приведены слова, которые его доказывают."
        ),
        "inLanguage": "ru",
        "url": f"{base_url}/",
        **({"version": revision} if revision else {}),
        "distribution": [everything, *({**each, "@type": "DataDownload"} for each in texts)],
    }


def _text_node(url: str, sha256: str, size: int | None) -> Json:
    return {
        "@type": "MediaObject",
        "contentUrl": url,
        "encodingFormat": "text/plain",
        "sha256": sha256,
        **({} if size is None else {"contentSize": f"{size} B"}),
    }


def article_node(document: Any, base_url: str) -> Json:
    """Return a document, a row with its slug, name, language and sha256, as a node."""
    path = href("document", document.slug)
    return {
        "@id": base_url + path,
        "@type": "NewsArticle",
        "identifier": document.slug,
        "name": document.name,
        "headline": document.name,
        "inLanguage": document.language,
        "url": base_url + page_path(path),
        "encoding": _text_node(
            f"{base_url}{path}/text", document.sha256, len(document.text.encode())
        ),
    }


def _in_schema_terms(node: Json, base_url: str) -> Json | None:
    """Return what a node of the API's context says in terms of schema.org."""
    class_ = _term(CONTEXT[node["@type"]])
    if not class_["@id"].startswith(_PREFIX):
        return None
    terms = CONTEXT | class_.get("@context", {})
    properties: dict[str, list[Any]] = {}
    for name, value in node.items():
        iri = _term(terms.get(name, ""))["@id"]
        if iri.startswith(_PREFIX):
            # A venue and its city are both the location of an event.
            values = value if isinstance(value, list) else [value]
            properties.setdefault(iri.removeprefix(_PREFIX), []).extend(
                _in_schema_terms(each, base_url) if isinstance(each, dict) else each
                for each in values
            )
    return {
        "@id": base_url + node["@id"],
        "@type": class_["@id"].removeprefix(_PREFIX),
        **{
            name: values if len(values) > 1 else values[0]
            for name, values in properties.items()
            if values
        },
    }


def _term(term: Any) -> Json:
    return term if isinstance(term, dict) else {"@id": term}
