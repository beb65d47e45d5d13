"""JSON-LD: records as linked data, in schema.org's words where it has them.

Evidence is a specific resource with the selectors of the W3C Web Annotation model. The context is
written into every answer, so that reading one needs no other; it is served as well.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import to_json

from app.references import Json, href

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
    # What there is
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
                # The predicate that is called so is no part of the statement.
                "@context": {"subject": f"{_OWN}subject"},
            },
            "value": "rdf:object",
        },
    },
    "SpecificResource": "oa:SpecificResource",
    "TextPositionSelector": "oa:TextPositionSelector",
    "TextQuoteSelector": "oa:TextQuoteSelector",
    # What is said of it
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


def linked(value: Any) -> Any:
    """Return a record of an answer as a JSON-LD node, with all that is nested in it."""
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
            return [linked(each) for each in value]
        case _:
            return value
    return {name: linked(each) for name, each in node.items() if each is not None}


def selectors(evidence: Json) -> list[Json]:
    """Return the W3C selectors of one span: by position in code points, and by the quote."""
    return [
        {"@type": "TextPositionSelector", "start": evidence["start"], "end": evidence["end"]},
        {
            "@type": "TextQuoteSelector",
            "exact": evidence["exact"],
            "prefix": evidence["prefix"],
            "suffix": evidence["suffix"],
        },
    ]


def _trimmed(node: Json, fields: Collection[str]) -> Json:
    kept = {"@id", "@type", "identifier", *fields}
    return {name: node[name] for name in node if name in kept} if fields else node


def document(pages: Iterable[Iterable[Json]], fields: Collection[str] = ()) -> Iterator[bytes]:
    """Yield a JSON-LD document of all records, page by page; of these fields only, if any is named.

    Its head waits for the first page: what can't be read at all must not begin well.
    """
    head = b'{"@context":' + to_json(CONTEXT) + b',"@graph":['
    before = head + b"\n"
    for page in pages:
        nodes = [to_json(_trimmed(linked(record), fields)) for record in page]
        if nodes:
            yield before + b",\n".join(nodes)
            before = b",\n"
    yield (head if before.startswith(head) else b"") + b"\n]}\n"
