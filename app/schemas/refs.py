"""References from one record to another."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement
from sqlmodel import col

from app.domain.json import Json
from app.domain.vocabulary import COLLECTIONS, Kind
from app.models import Entity


class Ref(BaseModel):
    """A record named by another one."""

    model_config = ConfigDict(title="Ref")

    id: str = Field(description="Its id, unique within its kind.", examples=["omsk"])
    kind: Kind = Field(description="Its kind.", examples=["place"])
    name: str = Field(description="Its name.", examples=["Омск"])
    href: str = Field(description="Where it is served.", examples=["/v1/places/omsk"])


def href(kind: Kind, slug: str) -> str:
    """Return the path of an entity's detail."""
    return f"/v1/{COLLECTIONS[kind]}/{slug}"


def page_path(path: str) -> str:
    """Return the path of the page for people that shows what the API serves at a path."""
    return path.removeprefix("/v1")


def record_page(kind: Kind, slug: str) -> str:
    """Return the path of an entity's page."""
    return page_path(href(kind, slug))


def ref(kind: Kind, slug: str, name: str) -> Json:
    """Return a ``Ref`` as plain data."""
    return {"id": slug, "kind": kind, "name": name, "href": href(kind, slug)}


def ref_columns(entity: type[Entity], label: str) -> list[ColumnElement[Any]]:
    """Return the columns of an entity joined under ``label``, for ``ref_from_row``."""
    return [
        col(entity.kind).label(f"{label}_kind"),
        col(entity.slug).label(f"{label}_slug"),
        col(entity.name).label(f"{label}_name"),
    ]


def ref_from_row(row: Any, label: str) -> Json | None:
    """Return the ``Ref`` of a row's columns under ``label``, None where they are NULL."""
    slug = getattr(row, f"{label}_slug")
    if slug is None:
        return None
    return ref(getattr(row, f"{label}_kind"), slug, getattr(row, f"{label}_name"))
