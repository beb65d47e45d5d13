"""Verification: the evidence of a document compared with its current text."""

import hashlib
import json
from operator import itemgetter
from typing import Any

from fastapi import Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.domain.ids import entity_id
from app.domain.json import Json
from app.domain.sentences import Coverage, measure
from app.domain.spans import Span
from app.exceptions import record_not_found
from app.http.context import ContextDep
from app.http.routing import Router
from app.listing.entities import Id
from app.listing.facts import with_all_evidence
from app.models import Document, Entity, Evidence, RenderedItem
from app.models.rendered_item import is_item
from app.schemas.facts import FACTS_PATH, MAX_OFFSET
from app.schemas.refs import Ref, ref

router = Router("/v1/documents/{id}/verification", tag="documents")

MAX_FAILURES = 100
"""The largest number of mismatches, and of bare sentences, in a response."""


class Mismatch(BaseModel):
    """A span that isn't what its evidence says."""

    fact: str = Field(description="Id of the fact that it proves.", examples=["364c46accec99916"])
    start: int = Field(description="Offset of its first character.", examples=[564], ge=0)
    end: int = Field(description="Offset just after its last character.", examples=[576], ge=1)
    exact: str = Field(description="The words that the evidence has.", examples=["ЗАО «Сибирь»"])
    found: str = Field(description="The words that stand there.", examples=["АО «Сибирь»,"])


class Sentence(BaseModel):
    """A sentence of the text."""

    start: int = Field(description="Offset of its first character.", examples=[0], ge=0)
    end: int = Field(description="Offset just after its last character.", examples=[120], ge=1)
    text: str = Field(description="The sentence.", examples=["Это главное"])


class Covered(BaseModel):
    """How much of a text some evidence covers."""

    characters: int = Field(
        description="Length of the text, in code points.", examples=[3678], le=MAX_OFFSET
    )
    covered: int = Field(
        description="How many of them some evidence covers.", examples=[3604], le=MAX_OFFSET
    )
    share: float = Field(description="The covered part, from 0 to 1.", examples=[0.98], ge=0, le=1)
    bare: list[Sentence] = Field(description=f"Sentences without evidence; at most {MAX_FAILURES}.")


class Verification(BaseModel):
    """What a new look at the document and all its evidence finds."""

    document: Ref = Field(description="The document.")
    sha256: str = Field(
        description="SHA-256 of the text's bytes, computed now.",
        examples=["f496f0e30c6d5d0d9411add923628d563dfcd2ffc72eabdfef9ed0523e8457f9"],
    )
    sha256_matches: bool = Field(
        description="Whether it is the one told of the document.", examples=[True]
    )
    facts: int = Field(description="Facts that it proves.", examples=[286], ge=0)
    spans: int = Field(description="Spans of evidence in it.", examples=[394], ge=0)
    failed: int = Field(description="Spans that aren't what they should be.", examples=[0], ge=0)
    failures: list[Mismatch] = Field(description=f"Those spans; at most {MAX_FAILURES}.")
    coverage: Covered = Field(description="How much of the text some evidence covers.")


_DOCUMENT = CompiledStatement(
    select(
        col(Entity.id),
        col(Entity.slug),
        col(Entity.name),
        col(Document.text),
        col(RenderedItem.text).label("item"),
    )
    .join(Document, col(Document.id) == col(Entity.id))
    .join(RenderedItem, is_item("/v1/documents", col(Entity.id)))
    .where(col(Entity.id) == bindparam("id"))
)
_FACTS = CompiledStatement(
    select(col(RenderedItem.id), col(RenderedItem.text)).where(
        col(RenderedItem.list) == FACTS_PATH,
        col(RenderedItem.id).in_(
            select(col(Evidence.fact_id)).where(col(Evidence.document_id) == bindparam("id"))
        ),
    )
)


@router.get("", response_model=Verification)
def verify_document(id: Id, context: ContextDep) -> Response:
    """Compare every span of evidence in one document with its text, now."""
    with context.read() as connection:
        document = _find_document(connection, id)
        facts = with_all_evidence(connection, _FACTS.rows(connection, {"id": document.id}))
    spans = [
        (span["start"], span["end"], fact["id"], span)
        for fact in facts
        for span in fact["evidence"]
        if span["document"]["id"] == id
    ]
    spans.sort(key=itemgetter(0, 1, 2))
    text = document.text
    mismatches = [
        _mismatch(fact, span, text) for *_, fact, span in spans if not _is_there(span, text)
    ]
    digest = hashlib.sha256(text.encode()).hexdigest()
    return context.json(
        {
            "document": ref("document", document.slug, document.name),
            "sha256": digest,
            "sha256_matches": digest == json.loads(document.item)["sha256"],
            "facts": len(facts),
            "spans": len(spans),
            "failed": len(mismatches),
            "failures": mismatches[:MAX_FAILURES],
            "coverage": _coverage([(start, end) for start, end, *_ in spans], text),
        }
    )


def _find_document(connection: Connection, slug: str) -> Any:
    rows = _DOCUMENT.rows(connection, {"id": entity_id("document", slug)})
    if not rows or rows[0].slug != slug:
        raise record_not_found(slug, "/v1/documents")
    return rows[0]


def _is_there(span: Json, text: str) -> bool:
    """Return whether a span's words and their context are at its offsets in the text."""
    before = span["start"] - len(span["prefix"])
    around: str = span["prefix"] + span["exact"] + span["suffix"]
    fits = before >= 0 and span["end"] - span["start"] == len(span["exact"])
    return fits and text[before : before + len(around)] == around


def _mismatch(fact: str, span: Json, text: str) -> Json:
    start, end = span["start"], span["end"]
    return {
        "fact": fact,
        "start": start,
        "end": end,
        "exact": span["exact"],
        "found": text[start:end],
    }


def _coverage(spans: list[tuple[int, int]], text: str) -> Json:
    """Return the ``Covered`` of the spans that begin within the text, as plain data."""
    within = [Span(start, min(end, len(text))) for start, end in spans if start < len(text)]
    coverage: Coverage = measure(text, within)
    return {
        "characters": coverage.characters,
        "covered": coverage.covered,
        "share": coverage.share,
        "bare": [
            {"start": span.start, "end": span.end, "text": sentence}
            for span, sentence in coverage.bare[:MAX_FAILURES]
        ],
    }
