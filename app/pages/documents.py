"""The pages of documents: the list is one of ``lists``; this is the reader of one."""

from collections.abc import Collection
from typing import Annotated, Any, NamedTuple

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db.compiled import CompiledStatement
from app.domain.ids import entity_id, fact_key, public_fact_id
from app.domain.spans import Span
from app.domain.vocabulary import PREDICATES
from app.exceptions import NotFoundError, record_not_found
from app.http.context import ContextDep
from app.http.routing import Route, Router
from app.listing.entities import Id
from app.models import Document, Entity, Evidence, Fact
from app.pages import linked_data, words
from app.pages.marks import marks
from app.pages.reader import EvidenceSpan, Reader, Sentence
from app.pages.templates import respond_page
from app.params.types import PlainNumber
from app.resources.facts import FactId, Overlap
from app.schemas.facts import MAX_EVIDENCE
from app.schemas.refs import record_page, ref_columns

_MAX_QUOTED = 2_000
"""The length, in code points, at which the passage of a citation is cut off."""

_DOCUMENT = CompiledStatement(
    select(
        col(Entity.id),
        col(Entity.slug),
        col(Entity.name),
        col(Document.text),
        col(Document.language),
        col(Document.sha256),
    )
    .join(Document, col(Document.id) == col(Entity.id))
    .where(col(Entity.id) == bindparam("id"))
)
_SPANS = CompiledStatement(
    select(col(Evidence.fact_id), col(Evidence.start), col(Evidence.end), col(Evidence.support))
    .where(col(Evidence.document_id) == bindparam("id"))
    .order_by(col(Evidence.start), col(Evidence.end), col(Evidence.fact_id))
)
_subject, _object, _speaker = aliased(Entity), aliased(Entity), aliased(Entity)
_FACTS = CompiledStatement(
    select(
        col(Fact.id),
        col(Fact.predicate),
        col(Fact.value),
        col(Fact.reason),
        col(Fact.support),
        *ref_columns(_subject, "subject"),
        *ref_columns(_object, "object"),
        *ref_columns(_speaker, "speaker"),
    )
    .join(_subject, col(_subject.id) == col(Fact.subject_id))
    .outerjoin(_object, col(_object.id) == col(Fact.object_id))
    .outerjoin(_speaker, col(_speaker.id) == col(Fact.attributed_to_id))
    .where(col(Fact.id).in_(bindparam("ids", expanding=True)))
)
_CHUNK = 500


class Link(NamedTuple):
    """A record as a link: its page, its name and its kind."""

    href: str
    name: str
    kind: str


class Note(NamedTuple):
    """A fact as the notes show it; ``quotes`` have the offset of each span, and its words.

    There are ``more`` spans than these.
    """

    id: str
    number: int
    subject: Link
    predicate: str
    value: str
    object: Link | None
    support: str
    reason: str | None
    speaker: Link | None
    quotes: list[tuple[int, str]]
    more: int


class ReaderRoute(Route):
    """A route of the reader, which reads the whole text and all of its spans."""

    def is_slow(self, _parameters: Collection[str]) -> bool:
        """Return True: a document of megabytes takes up to half a second."""
        return True


router = Router("/documents", include_in_schema=False, route_class=ReaderRoute)


class ReaderQuery(BaseModel):
    """The parameters of the reader."""

    model_config = ConfigDict(extra="forbid")

    fact: FactId | None = Field(default=None, description="The fact whose evidence is marked.")
    at: Overlap | None = Field(default=None, description="The passage whose facts are marked.")
    part: Annotated[int, Field(ge=1), PlainNumber] | None = Field(
        default=None, description="The part of a long document."
    )


@router.get("/{id}")
def get_document_page(
    id: Id, query: Annotated[ReaderQuery, Query()], context: ContextDep
) -> Response:
    """Show a document with its evidence marked, and the notes of its facts beside it."""
    with context.read() as connection:
        document = _find(connection, id)
        rows = _SPANS.rows(connection, {"id": document.id})
        reader = Reader(document.text, [EvidenceSpan(*row) for row in rows])
        passage = Span(*map(int, query.at.split(","))) if query.at else None
        if passage and passage.end > len(document.text):
            raise NotFoundError(f"The document has {len(document.text):,} characters.")
        focus = _focus(reader, query, passage, id)
        part = reader.part(_part_number(reader, query, passage, focus), passage)
        noted = [id_ for each in part.sentences for id_ in each.facts]
        elsewhere = [id_ for each in part.sentences for id_ in each.elsewhere]
        chosen = focus if query.fact else []
        notes = _notes(connection, reader, [*noted, *elsewhere, *chosen])
    api = f"/v1/documents/{document.slug}"
    return respond_page(
        context,
        "document.html",
        document=document,
        api=api,
        linked_data=linked_data.as_script(linked_data.article_node(document, context.base_url)),
        reader=reader,
        part=part,
        notes=notes,
        noted=frozenset(noted),
        marks=marks,
        numbers={key: note.number for key, note in notes.items()},
        groups={each.start: _by_subject(each, notes) for each in part.sentences},
        focus=frozenset(focus),
        focus_ids=frozenset(notes[key].id for key in focus if key in notes),
        fact=notes[focus[0]] if query.fact else None,
        first=next((key for key in focus if key in notes), None),
        passage=passage,
        quoted=_quoted(document.text, passage),
        base_url=context.base_url,
        revision=context.revision,
    )


def _quoted(text: str, passage: Span | None) -> str:
    """Return the words of a passage, cut off where they are many."""
    if passage is None:
        return ""
    end = min(passage.end, passage.start + _MAX_QUOTED)
    return text[passage.start : end] + ("…" if end < passage.end else "")


def _find(connection: Connection, slug: str) -> Any:
    found = _DOCUMENT.rows(connection, {"id": entity_id("document", slug)})
    if not found or found[0].slug != slug:
        raise record_not_found(slug, "/documents")
    return found[0]


def _focus(reader: Reader, query: ReaderQuery, passage: Span | None, slug: str) -> list[int]:
    """Return the facts that are marked, [] without a question for some."""
    if query.fact is not None:
        key = fact_key(query.fact)
        if key not in reader.spans_of:
            raise NotFoundError(f"The document «{slug}» proves no fact «{query.fact}».")
        return [key] if key is not None else []
    return reader.overlapping(passage) if passage else []


def _part_number(reader: Reader, query: ReaderQuery, passage: Span | None, focus: list[int]) -> int:
    if query.part is not None:
        if query.part > reader.parts:
            raise NotFoundError(f"The document has {reader.parts} parts.")
        return query.part
    if passage:
        return reader.part_at(passage.start)
    return reader.part_at(reader.spans_of[focus[0]][0].start) if focus else 1


def _notes(connection: Connection, reader: Reader, keys: list[int]) -> dict[int, Note]:
    """Return the notes of facts by key."""
    notes: dict[int, Note] = {}
    keys = list(dict.fromkeys(keys))
    for at in range(0, len(keys), _CHUNK):
        for row in _FACTS.rows(connection, {"ids": keys[at : at + _CHUNK]}):
            notes[row.id] = _note(row, len(notes), reader)
    return notes


def _note(row: Any, number: int, reader: Reader) -> Note:
    subject = _link(row, "subject")
    assert subject is not None  # noqa: S101 (for the type checker: every fact has one)
    known = _link(row, "object")
    spans = reader.spans_of[row.id]
    return Note(
        public_fact_id(row.id),
        number,
        subject,
        PREDICATES[row.predicate].label.ru,
        known.name if known else words.value(row.predicate, row.subject_kind, row.value),
        known,
        row.support,
        row.reason,
        _link(row, "speaker"),
        [(each.start, reader.text[each.start : each.end]) for each in spans[:MAX_EVIDENCE]],
        len(spans[MAX_EVIDENCE:]),
    )


def _link(row: Any, label: str) -> Link | None:
    slug = getattr(row, f"{label}_slug")
    if slug is None:
        return None
    kind = getattr(row, f"{label}_kind")
    return Link(record_page(kind, slug), getattr(row, f"{label}_name"), kind)


def _by_subject(sentence: Sentence, notes: dict[int, Note]) -> list[tuple[Link, list[Note]]]:
    """Return the notes of a sentence by the record that they are about."""
    groups: dict[Link, list[Note]] = {}
    for key in sentence.facts:
        groups.setdefault(notes[key].subject, []).append(notes[key])
    return list(groups.items())
