"""JSON-LD: records as linked data, in terms of schema.org where it has them.

Evidence is a specific resource with the selectors of the W3C Web Annotation model. Every response
contains the context, so that it can be processed alone; `/v1/context` serves the context as well.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import to_json

from app.domain.json import Json
from app.schemas.refs import href

_SCHEMA = "https://schema.org/"
_OWN = "urn:pobratim:"

CONTEXT: Json = {
    "@version": 1.1,
    "@vocab": _OWN,
    "schema": _SCHEMA,
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    # Classes
    "Company": "schema:Organization",
    "Person": "schema:Person",
    "Organization": {
        "@id": "schema:Organization",
        "@context": {"parent": "schema:parentOrganization", "place": "schema:location"},
    },
    "Place": {"@id": "schema:Place", "@context": {"parent": "schema:containedInPlace"}},
    "Event": {
        "@id": "schema:Event",
        "@context": {
            "parent": "schema:superEvent",
            "place": "schema:location",
            "venue": "schema:location",
        },
    },
    "Agreement": {"@id": f"{_OWN}Agreement", "@context": {"subject": "schema:about"}},
    "Quotation": {
        "@id": "schema:Quotation",
        "@context": {"text": "schema:text", "speaker": "schema:spokenByCharacter"},
    },
    "Document": {
        "@id": "schema:Article",
        "@context": {
            "text": {"@id": "schema:contentUrl", "@type": "@id"},
            "facts": {"@id": f"{_OWN}facts", "@type": "@id"},
        },
    },
    "Statement": {
        "@id": "rdf:Statement",
        "@context": {
            "subject": "rdf:subject",
            "object": "rdf:object",
            "predicate": {
                "@id": "rdf:predicate",
                "@type": "@vocab",
                # As a predicate's name, `subject` isn't the statement's subject.
                "@context": {"subject": f"{_OWN}subject"},
            },
            "value": "rdf:object",
        },
    },
    "SpecificResource": "oa:SpecificResource",
    "TextPositionSelector": "oa:TextPositionSelector",
    "TextQuoteSelector": "oa:TextQuoteSelector",
    # Properties
    "identifier": "schema:identifier",
    "name": "schema:name",
    "also_known_as": "schema:alternateName",
    "type": "schema:additionalType",
    "city": "schema:location",
    "brands": "schema:brand",
    "position": "schema:jobTitle",
    "organization": "schema:worksFor",
    "role": "schema:roleName",
    "edtf": {"@id": f"{_OWN}edtf", "@type": "http://id.loc.gov/datatypes/edtf/EDTF"},
    "language": "schema:inLanguage",
    "sha256": "schema:sha256",
    "attributed_to": "prov:wasAttributedTo",
    "reason": "rdfs:comment",
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": "oa:hasSelector",
    "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"},
    "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
}


class LinkedDocument(BaseModel):
    """Records in JSON-LD, in schema.org's words where it has them."""

    context: Json = Field(
        alias="@context",
        description="Every word that is used, and the IRI that says what it means.",
        examples=[{"name": "schema:name"}],
    )
    graph: list[Json] = Field(
        alias="@graph",
        description="The records as nodes.",
        examples=[[{"@id": "/v1/companies/sibir", "@type": "Company", "name": "Сибирь"}]],
    )


def to_node(value: Any) -> Any:
    """Return a record of a response as a JSON-LD node, its nested records as nodes too."""
    match value:
        case {"exact": _}:
            return {
                "@type": "SpecificResource",
                "source": f"{value['document']['href']}/text",
                "selector": selectors(value),
            }
        case {"predicate": _, **rest}:
            node = {"@id": f"/v1/facts/{rest.pop('id')}", "@type": "Statement", **value}
            del node["id"]
        case {"id": slug, "kind": kind, **rest}:
            node = {"@id": rest.pop("href", None) or href(kind, slug), "@type": kind.capitalize()}
            node |= {"identifier": slug, **rest}
        case dict():
            node = value
        case list():
            return [to_node(each) for each in value]
        case _:
            return value
    return {name: to_node(each) for name, each in node.items() if each is not None}


def selectors(evidence: Json, type_key: str = "@type") -> list[Json]:
    """Return the W3C selectors of one span: by position in code points, and by the quote.

    ``type_key`` is ``type`` in a Web Annotation, ``@type`` in plain JSON-LD.
    """
    return [
        {type_key: "TextPositionSelector", "start": evidence["start"], "end": evidence["end"]},
        {
            type_key: "TextQuoteSelector",
            "exact": evidence["exact"],
            "prefix": evidence["prefix"],
            "suffix": evidence["suffix"],
        },
    ]


def _select_fields(node: Json, fields: Collection[str]) -> Json:
    selected = {"@id", "@type", "identifier", *fields}
    return {name: node[name] for name in node if name in selected} if fields else node


def document(
    pages: Iterable[Iterable[Json]], fields: Collection[str] = (), base_url: str = ""
) -> Iterator[bytes]:
    """Yield a JSON-LD document of all records, page by page, with ``fields`` alone if any is given.

    Ids are paths; relative to ``base_url`` they stay the same in a saved file.
    Nothing is yielded before the first page is read, so that an error there can set the status.
    """
    context = {"@base": f"{base_url}/", **CONTEXT}
    head = b'{"@context":' + to_json(context) + b',"@graph":['
    before = head + b"\n"
    for page in pages:
        nodes = [to_json(_select_fields(to_node(record), fields)) for record in page]
        if nodes:
            yield before + b",\n".join(nodes)
            before = b",\n"
    yield (head if before.startswith(head) else b"") + b"\n]}\n"
