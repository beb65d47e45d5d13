"""References: how one record names another."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Row, Select
from sqlmodel import col

from app.models import Entity
from app.vocabulary import COLLECTIONS, Kind

Json = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

PER_PREDICATE = 100
"""The most facts of one predicate that a record carries along as subject, and again as object."""
LONGEST_FILE = 2**40
"""What the documentation says of the length of an answer that has none in fact."""


def dump(data: object) -> str:
    """Return plain data as JSON, as answers have it."""
    return to_json(data).decode()


class Ref(BaseModel):
    """A record named by another one."""

    model_config = ConfigDict(title="Ref")

    id: str = Field(description="Its id, unique within its kind.", examples=["omsk"])
    kind: Kind = Field(description="Its kind.", examples=["place"])
    name: str = Field(description="Its name.", examples=["Омск"])
    href: str = Field(description="Where it is served.", examples=["/v1/places/omsk"])


def href(kind: Kind, slug: str) -> str:
    """Return the path that serves the entity."""
    return f"/v1/{COLLECTIONS[kind]}/{slug}"


def reference(kind: Kind, slug: str, name: str) -> Json:
    """Return a ``Ref`` as plain data."""
    return {"id": slug, "kind": kind, "name": name, "href": href(kind, slug)}


def reference_columns(entity: type[Entity], label: str) -> list[ColumnElement[Any]]:
    """Return the columns that ``referred`` reads back, of an entity joined under ``label``."""
    return [
        col(entity.kind).label(f"{label}_kind"),
        col(entity.slug).label(f"{label}_slug"),
        col(entity.name).label(f"{label}_name"),
    ]


def referred(row: Any, label: str) -> Json | None:
    """Return the ``Ref`` that a row carries under ``label``, None where the join found none."""
    slug = getattr(row, f"{label}_slug")
    if slug is None:
        return None
    return reference(getattr(row, f"{label}_kind"), slug, getattr(row, f"{label}_name"))
